#include "core/sums.hpp"
#include "metric/profile_metric.hpp"

namespace pertscale {
namespace {

int sign_of(double value) { return (value > 0) - (value < 0); }

/// Fraction of genes whose predicted change has the sign of the observed one; no change is a sign
/// of its own, and a change at rounding level is none.
class Direction final : public ProfileMetric {
 protected:
  bool uses_reference() const override { return true; }

  Score value(Compared const& compared) const override {
    double const matches = ordered_sum(compared.genes(), [&](std::size_t g) {
      return sign_of(compared.observed[g]) == sign_of(compared.predicted[g]) ? 1.0 : 0.0;
    });
    return {matches / static_cast<double>(compared.genes()), {}};
  }
};

Registered<Metric> const registered{{
    .name = "direction",
    .summary = "fraction of genes whose change has the observed sign",
    .source = "proportion_correct_direction of PEREGGRN (Kernfeld et al. 2025)",
    .traits = {.higher_is_better = true, .best = 1},
    .make = [] { return std::make_unique<Direction>(); },
}};

}  // namespace
}  // namespace pertscale
