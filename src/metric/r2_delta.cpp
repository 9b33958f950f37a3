#include "core/sums.hpp"
#include "metric/profile_metric.hpp"

namespace pertscale {
namespace {

/// Explained share of the observed changes' variation over genes:
/// 1 - sum (dx - dy)^2 / sum (dx - mean dx)^2 with dx = x - r, dy = y - r. Below zero where the
/// mean of the observed changes would have been the better prediction; `constant` where the
/// observed changes do not vary.
class R2Delta final : public ProfileMetric {
 protected:
  bool uses_reference() const override { return true; }

  Score value(Compared const& compared) const override {
    auto const x = compared.observed, y = compared.predicted;
    if (x.size() < 2) return {0, Status("too_few_genes")};
    if (is_constant(x, compared.observed_rounding)) return {0, Status("constant")};
    double const mean =
        ordered_sum(x.size(), [&](std::size_t g) { return x[g]; }) / static_cast<double>(x.size());
    double const total =
        ordered_sum(x.size(), [&](std::size_t g) { return (x[g] - mean) * (x[g] - mean); });
    double const residual =
        ordered_sum(x.size(), [&](std::size_t g) { return (x[g] - y[g]) * (x[g] - y[g]); });
    return {1 - residual / total, {}};
  }
};

Registered<Metric> const registered{{
    .name = "r2-delta",
    .summary = "coefficient of determination of changes, 1 - SS_res / SS_tot",
    .source = "r2_delta of CellSimBench (Mejia, Miller et al. 2025)",
    .traits = {.higher_is_better = true, .best = 1},
    .make = [] { return std::make_unique<R2Delta>(); },
}};

}  // namespace
}  // namespace pertscale
