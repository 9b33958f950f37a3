#include "metric/explained_share.hpp"
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
    return explained_share(compared.observed, compared.predicted, compared.observed_rounding);
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
