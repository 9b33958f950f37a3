#include <algorithm>
#include <cmath>

#include "core/sums.hpp"
#include "metric/profile_metric.hpp"

namespace pertscale {
namespace {

/// Cosine of predicted and observed change, <y - r, x - r> / (|y - r| |x - r|); `constant` where
/// one of them is no change at all.
class CosineDelta final : public ProfileMetric {
 protected:
  bool uses_reference() const override { return true; }

  Score value(Compared const& compared) const override {
    double const observed = product(compared.observed, compared.observed);
    double const predicted = product(compared.predicted, compared.predicted);
    if (observed == 0 || predicted == 0) return {0, Status("constant")};
    double const cosine = product(compared.observed, compared.predicted) /
                          (std::sqrt(observed) * std::sqrt(predicted));
    return {std::clamp(cosine, -1.0, 1.0), {}};
  }

 private:
  static double product(Profile a, Profile b) {
    return ordered_sum(a.size(), [&](std::size_t g) { return a[g] * b[g]; });
  }
};

Registered<Metric> const registered{{
    .name = "cosine-delta",
    .summary = "cosine of predicted and observed change",
    .source = "PerturBench (Wu et al. 2024, arXiv 2408.10609)",
    .traits = {.higher_is_better = true, .best = 1},
    .make = [] { return std::make_unique<CosineDelta>(); },
}};

}  // namespace
}  // namespace pertscale
