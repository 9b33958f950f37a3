#include <algorithm>
#include <cmath>

#include "metric/cell_metric.hpp"
#include "metric/correlation.hpp"
#include "metric/profile_metric.hpp"
#include "statistics/energy_distance.hpp"

namespace pertscale {
namespace {

std::vector<std::string> form_names() {
  auto names = published_energy_forms();
  auto const plain = energy_form_names();
  names.insert(names.end(), plain.begin(), plain.end());
  return names;
}

EnergyForm form_of(std::string const& name) {
  auto const published = published_energy_form(name);
  return published ? *published : *energy_form(name);
}

double energy(Matrix const& a, Matrix const& b, EnergyForm const& form) {
  return energy_distance(a, b, group_terms(a, form), group_terms(b, form), form);
}

/// Energy distance of measured and predicted cells.
class EnergyDistance final : public CellMetric {
 public:
  void declare(OptionList& options) override {
    options
        .add("form", form_,
             "scperturb: squared Euclidean, sample-corrected (may be negative); pertpy and "
             "cell-eval: Euclidean, all n^2 pairs; scperteval: Euclidean, corrected; perturbench: "
             "half of cell-eval's; or by its parts")
        .one_of(form_names());
    CellMetric::declare(options);
  }

 protected:
  Score value(ComparedGroups const& groups) const override {
    auto const form = form_of(form_);
    return number_or_status(energy(groups.measured, groups.predicted, form), groups,
                            form.corrected ? 2 : 1);
  }

 private:
  std::string form_ = "scperturb";
};

/// Pearson's r over perturbations of E(perturbation, control), measured against predicted
/// (cell-eval 0.8.2, `pearson_edistance`).
class PearsonEnergy final : public Metric {
 public:
  void declare(OptionList& options) override {
    space_.declare(options);
    options
        .add("control", control_,
             "control of the predicted side: the prediction's own cells where it has some, else "
             "the measured ones (auto); always the measured; always its own")
        .one_of({"auto", "measured", "own"});
  }

  MetricNeeds needs() const override { return {.cells = {space_.request()}}; }

  std::vector<Score> score(ScoreContext const& context,
                           std::vector<ScoreItem> const& items) const override {
    if (context.supply == nullptr) return {{0, Status("needs_cells")}};
    return {over_items(context, items)};
  }

 private:
  Score over_items(ScoreContext const& context, std::vector<ScoreItem> const& items) const {
    auto const request = space_.request();
    auto const control = [&](Side side) {
      return cells_of(context, side, ScoreSupply::control_item, request);
    };
    auto const measured_control = control(Side::measured);
    if (!measured_control.status.ok()) return {0, measured_control.status};
    SuppliedCells own = control_ == "measured" ? measured_control : control(Side::predicted);
    if (!own.status.ok()) {
      if (control_ == "own" || own.status.word() != "needs_cells") return {0, own.status};
      own = measured_control;
    }
    GroupTerms const measured_terms = group_terms(measured_control.values, form_);
    GroupTerms const own_terms = group_terms(own.values, form_);
    std::vector<double> measured, predicted;
    for (auto const& item : items) {
      auto const real = cells_of(context, Side::measured, item.place, request);
      auto const made = cells_of(context, Side::predicted, item.place, request);
      if (!real.status.ok()) return {0, real.status};
      if (!made.status.ok()) return {0, made.status};
      measured.push_back(to_control(real.values, measured_control.values, measured_terms));
      predicted.push_back(to_control(made.values, own.values, own_terms));
    }
    return correlation(measured, predicted);
  }

  double to_control(Matrix const& cells, Matrix const& control, GroupTerms const& terms) const {
    return energy_distance(cells, control, group_terms(cells, form_), terms, form_);
  }

  static Score correlation(Profile measured, Profile predicted) {
    for (std::size_t i = 0; i < measured.size(); ++i)
      if (std::isnan(measured[i]) || std::isnan(predicted[i])) return {0, Status("too_few_cells")};
    if (measured.size() < 2) return {0, Status("too_few_perturbations")};
    // distances that differ by rounding only have no correlation
    auto const rounding = [](Profile values) {
      double largest = 0;
      for (double const value : values) largest = std::max(largest, std::fabs(value));
      return 1e-11 * largest;
    };
    if (is_constant(measured, rounding(measured)) || is_constant(predicted, rounding(predicted)))
      return {0, Status("constant")};
    return {pearson_r(measured, predicted), {}};
  }

  CellSpace space_;
  std::string control_ = "auto";
  EnergyForm form_ = *published_energy_form("cell-eval");
};

Registered<Metric> const distance{{
    .name = "e-distance",
    .summary = "energy distance of measured and predicted cells; corrected forms may be negative",
    .source = "Peidli et al. 2024 (scPerturb); pertpy 1.0.3; PerturBench cafe4c9; scPertEval",
    .traits = {.higher_is_better = false, .best = 0},
    .make = [] { return std::make_unique<EnergyDistance>(); },
}};

Registered<Metric> const pearson{{
    .name = "pearson-edistance",
    .summary = "correlation over perturbations of the E-distance to control (Euclidean, plain)",
    .source = "cell-eval 0.8.2 (pearson_edistance)",
    .traits = {.higher_is_better = true, .best = 1, .whole_split = true},
    .make = [] { return std::make_unique<PearsonEnergy>(); },
}};

}  // namespace
}  // namespace pertscale
