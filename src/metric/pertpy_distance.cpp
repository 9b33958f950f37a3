#include "metric/cell_metric.hpp"
#include "statistics/mean_distances.hpp"

namespace pertscale {
namespace {

/// pertpy's Distance(metric) of measured (X) and predicted (Y) cells, or their compare_distance.
class PertpyMetric final : public CellMetric {
 public:
  void declare(OptionList& options) override {
    options.add("metric", metric_, "pertpy's name of the distance").one_of(pertpy_distance_names());
    options
        .add("relative", relative_,
             "no: the distance itself; simple: over that of control and prediction; "
             "control, both: with coordinates scaled by control or by measured and control; "
             "-pertpy: control itself left unscaled, as pertpy does")
        .one_of({"no", "simple", "control", "both", "control-pertpy", "both-pertpy"});
    CellMetric::declare(options);
  }

 protected:
  bool uses_control() const override { return relative_ != "no"; }
  bool uses_counts() const override { return metric_ == "nb_ll"; }

  Score value(ComparedGroups const& groups) const override {
    auto const distance = *pertpy_distance(metric_);
    if (relative_ == "no") return distance.of(groups.measured, groups.predicted);
    if (uses_counts() && relative_ != "simple") return {0, Status("not_applicable")};
    Scaling scaling = Scaling::none;
    if (relative_ == "control") scaling = Scaling::control;
    if (relative_ == "both") scaling = Scaling::both;
    if (relative_ == "control-pertpy") scaling = Scaling::control_pertpy;
    if (relative_ == "both-pertpy") scaling = Scaling::both_pertpy;
    return compare_distance(distance, {groups.measured, groups.predicted, groups.control}, scaling);
  }

 private:
  std::string metric_ = "edistance";
  std::string relative_ = "no";
};

Registered<Metric> const registered{{
    .name = "pertpy-distance",
    .summary = "a distance of pertpy between measured and predicted cells, by pertpy's name",
    .source = "pertpy 1.0.3 (Distance, compare_distance); without classifier_cp",
    .traits = {.higher_is_better = false, .best = 0},
    .make = [] { return std::make_unique<PertpyMetric>(); },
}};

}  // namespace
}  // namespace pertscale
