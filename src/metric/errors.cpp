#include <cmath>

#include "core/sums.hpp"
#include "metric/profile_metric.hpp"

namespace pertscale {
namespace {

enum class ErrorForm { l2, rmse, mse, mae };

/// Distances of absolute profiles (Nature Methods 2025, section 4.2; Systema, section 2.4).
class ProfileError final : public ProfileMetric {
 public:
  explicit ProfileError(ErrorForm form) : form_(form) {}

 protected:
  Score value(Compared const& compared) const override {
    Profile const observed = compared.observed, predicted = compared.predicted;
    auto const n = static_cast<double>(observed.size());
    auto const difference = [&](std::size_t g) { return predicted[g] - observed[g]; };
    if (form_ == ErrorForm::mae)
      return {
          ordered_sum(observed.size(), [&](std::size_t g) { return std::fabs(difference(g)); }) / n,
          {}};
    double const squares =
        ordered_sum(observed.size(), [&](std::size_t g) { return difference(g) * difference(g); });
    switch (form_) {
      case ErrorForm::l2: return {std::sqrt(squares), {}};
      case ErrorForm::rmse: return {std::sqrt(squares / n), {}};
      default: return {squares / n, {}};
    }
  }

 private:
  ErrorForm form_;
};

PartInfo<Metric> describe(ErrorForm form, std::string name, std::string summary) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .source = "Ahlmann-Eltze et al. 2025 (L2); Systema, Csendes et al. 2025 (RMSE)",
          .traits = {.higher_is_better = false, .best = 0},
          .make = [form] { return std::make_unique<ProfileError>(form); }};
}

Registered<Metric> const l2{describe(ErrorForm::l2, "l2", "Euclidean distance, sqrt(sum (y-x)^2)")};
Registered<Metric> const rmse{describe(ErrorForm::rmse, "rmse", "sqrt(mean (y-x)^2)")};
Registered<Metric> const mse{describe(ErrorForm::mse, "mse", "mean (y-x)^2")};
Registered<Metric> const mae{describe(ErrorForm::mae, "mae", "mean |y-x|")};

}  // namespace
}  // namespace pertscale
