#pragma once
#include <optional>
#include <string>
#include <vector>

#include "metric/metric.hpp"
#include "statistics/cell_aggregates.hpp"

namespace pertscale {

/// What of a group of cells is compared: its mean, or another of PerturBench's aggregations
/// (option `values=`). `-own` takes the prediction's own control for the predicted side,
/// `-control-variance` the variance of its control for both groups of its tests.
class ComparedValues {
 public:
  void declare(OptionList& options);
  /// `average` and `logfc` only: those that a panel is ranked by.
  void declare_means(OptionList& options);
  MetricNeeds needs() const;
  bool are_means() const { return kind_ == "average"; }
  /// One value a component, not a gene.
  bool are_components() const { return kind_.starts_with("components:"); }

  /// Work shared by the items of one context; calls of `of` are for that context.
  void prepare(ScoreContext const& context);
  /// The vector of one side of an item. A word where it cannot be had; NaN where a gene has none.
  Status of(Side side, ScoreItem const& item, std::vector<double>& out) const;

 private:
  bool is(std::string const& base) const { return kind_ == base || kind_.starts_with(base + "-"); }
  DeRequest tests() const;
  Status log_changes(Side side, ScoreItem const& item, std::vector<double>& out) const;
  Status scaled(Side side, ScoreItem const& item, std::vector<double>& out) const;
  Status projected(Side side, ScoreItem const& item, std::vector<double>& out) const;
  Status spread(Side side, ScoreItem const& item, std::vector<double>& out) const;
  Status tested(Side side, ScoreItem const& item, std::vector<double>& out) const;
  void add_to_scale(Side side);

  std::string kind_ = "average";
  ScoreContext const* context_ = nullptr;
  struct Scale {
    Status status;
    CellScale cells;
  };
  Scale scales_[2];
  Status own_status_;
  std::vector<double> own_control_;
};

}  // namespace pertscale
