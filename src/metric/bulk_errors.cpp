#include <algorithm>
#include <cmath>

#include "core/sums.hpp"
#include "metric/bulk_space.hpp"
#include "metric/correlation.hpp"
#include "metric/profile_metric.hpp"

namespace pertscale {
namespace {

enum class BulkForm { mae, mse, delta_mae, delta_mse, delta_pearson };

constexpr double rounding_level = 1e-12;  // of the values that a change is the difference of

double error_of(Profile a, Profile b, bool squared) {
  double const sum = ordered_sum(a.size(), [&](std::size_t g) {
    double const difference = a[g] - b[g];
    return squared ? difference * difference : std::fabs(difference);
  });
  return sum / static_cast<double>(a.size());
}

/// Errors of bulk profiles and of their changes, and the correlation of changes, each side with
/// the control that the peers give it.
class BulkError final : public Metric {
 public:
  explicit BulkError(BulkForm form) : form_(form) {}

  void declare(OptionList& options) override {
    settings_.declare(options, absolute() ? BulkUse::profiles : BulkUse::changes);
  }
  MetricNeeds needs() const override { return settings_.needs(false); }

  std::vector<Score> score(ScoreContext const& context,
                           std::vector<ScoreItem> const& items) const override {
    BulkSpace const space(context, settings_);
    std::vector<Score> scores;
    if (items.empty()) return scores;
    auto const control = absolute() ? BulkProfile{} : space.control();
    auto const own = absolute() ? BulkProfile{} : space.predicted_control();
    for (auto const& item : items) {
      auto const observed = space.measured(item), predicted = space.predicted(item);
      Status status;
      for (auto const* const part : {&control, &own, &observed, &predicted})
        if (status.ok()) status = part->status;
      if (!status.ok())
        scores.push_back({0, status});
      else if (absolute())
        scores.push_back({error_of(predicted.values, observed.values, form_ == BulkForm::mse), {}});
      else
        scores.push_back(of_changes(change(observed, control), change(predicted, own)));
    }
    return scores;
  }

 private:
  bool absolute() const { return form_ == BulkForm::mae || form_ == BulkForm::mse; }

  struct Change {
    std::vector<double> values;
    double rounding = 0;
  };

  static Change change(BulkProfile const& profile, BulkProfile const& from) {
    Change out;
    for (std::size_t g = 0; g < profile.values.size(); ++g) {
      double const a = profile.values[g], b = from.values[g];
      out.values.push_back(a - b);
      out.rounding = std::max({out.rounding, std::fabs(a), std::fabs(b)});
    }
    out.rounding *= rounding_level;
    return out;
  }

  Score of_changes(Change const& observed, Change const& predicted) const {
    if (form_ != BulkForm::delta_pearson)
      return {error_of(predicted.values, observed.values, form_ == BulkForm::delta_mse), {}};
    if (observed.values.size() < 2) return {0, Status("too_few_genes")};
    if (is_constant(observed.values, observed.rounding)) return {0, Status("constant")};
    if (is_constant(predicted.values, predicted.rounding)) {
      // cell-eval2 lets nobody gain by being undefined
      if (settings_.peer() == DePeer::cell_eval2) return {-1, {}};
      return {0, Status("constant")};
    }
    return {pearson_r(observed.values, predicted.values), {}};
  }

  BulkForm form_;
  BulkSettings settings_;
};

PartInfo<Metric> describe(BulkForm form, std::string name, std::string summary) {
  bool const correlation = form == BulkForm::delta_pearson;
  return {.name = std::move(name),
          .summary = std::move(summary),
          .source = "cell-eval 0.8.2, cell-eval2 0.20.0",
          .traits = {.higher_is_better = correlation, .best = correlation ? 1.0 : 0.0},
          .make = [form] { return std::make_unique<BulkError>(form); }};
}

Registered<Metric> const mae{describe(BulkForm::mae, "bulk-mae", "mean |y-x| of bulk profiles")};
Registered<Metric> const mse{describe(BulkForm::mse, "bulk-mse", "mean (y-x)^2 of bulk profiles")};
Registered<Metric> const delta_mae{describe(BulkForm::delta_mae, "bulk-delta-mae",
                                            "mean |y-x| of changes, each side with its control")};
Registered<Metric> const delta_mse{describe(BulkForm::delta_mse, "bulk-delta-mse",
                                            "mean (y-x)^2 of changes, each side with its control")};
Registered<Metric> const delta_pearson{describe(BulkForm::delta_pearson, "bulk-delta-pearson",
                                                "correlation of changes of bulk profiles")};

}  // namespace
}  // namespace pertscale
