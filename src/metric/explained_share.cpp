#include "metric/explained_share.hpp"

#include "core/mean.hpp"
#include "metric/profile_metric.hpp"

namespace pertscale {

Score explained_share(Profile x, Profile y, double rounding) {
  if (x.size() < 2) return {0, Status("too_few_genes")};
  if (is_constant(x, rounding)) return {0, Status("constant")};
  double const mean = mean_of(x);
  double const total =
      ordered_sum(x.size(), [&](std::size_t g) { return (x[g] - mean) * (x[g] - mean); });
  double const residual =
      ordered_sum(x.size(), [&](std::size_t g) { return (x[g] - y[g]) * (x[g] - y[g]); });
  return {1 - residual / total, {}};
}

}  // namespace pertscale
