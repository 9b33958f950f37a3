#include "metric/profile_metric.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace pertscale {

namespace {

/// Means of ten thousand profiles taken in another order stay well below it; measured changes of
/// expression are far above.
constexpr double rounding_level = 1e-12;

/// Chosen genes of one profile as changes from a reference (none: as they are).
struct ChosenValues {
  std::vector<double> values;
  double rounding = 0;

  void take(Profile profile, Profile reference, std::vector<std::size_t> const& genes) {
    double largest = 0;
    values.resize(genes.size());
    for (std::size_t i = 0; i < genes.size(); ++i) {
      double const base = reference.empty() ? 0 : reference[genes[i]];
      largest = std::max({largest, std::fabs(profile[genes[i]]), std::fabs(base)});
      values[i] = profile[genes[i]] - base;
    }
    rounding = rounding_level * largest;
    if (reference.empty()) return;
    for (auto& value : values)
      if (std::fabs(value) <= rounding) value = 0;
  }
};

}  // namespace

bool is_constant(Profile values, double rounding) {
  if (values.empty()) return true;
  auto const [lowest, highest] = std::minmax_element(values.begin(), values.end());
  return *highest - *lowest <= rounding;
}

void ProfileMetric::declare(OptionList& options) {
  selection_.declare(options);
  if (!uses_reference()) {
    values_.declare(options);
    return;
  }
  options
      .add("reference", reference_,
           "what changes are counted from: the control profile of the context; the mean of the "
           "training conditions' profiles, each weighted alike; or own-control, the measured "
           "control for the observed and the prediction's own for the predicted profile")
      .one_of({"control", "perturbed-mean", "own-control"});
}

MetricNeeds ProfileMetric::needs() const {
  auto needs = values_.needs();
  needs.own_control = needs.own_control || reference_ == "own-control";
  auto const tests = selection_.tests();
  needs.de.insert(needs.de.end(), tests.begin(), tests.end());
  return needs;
}

ProfileMetric::References ProfileMetric::references(ScoreContext const& context) const {
  if (!uses_reference()) return {};
  Profile const reference =
      reference_ == "perturbed-mean" ? context.perturbed_mean : context.control;
  if (reference.empty()) return {Status("no_reference"), {}, {}};
  if (reference_ != "own-control") return {{}, reference, reference};
  if (context.supply == nullptr) return {Status("needs_cells"), {}, {}};
  auto const own = context.supply->predicted_control();
  return {own.status, reference, own.values};
}

Score ProfileMetric::compare(References const& references, ComparedValues const& values,
                             ScoreItem const& item, std::vector<std::size_t> const& genes) const {
  if (values.are_components() && !selection_.takes_all()) return {0, Status("not_applicable")};
  std::vector<double> of_observed, of_predicted;
  std::vector<std::size_t> components;
  Profile observed = item.observed, predicted = item.predicted;
  if (!values.are_means()) {
    auto status = values.of(Side::measured, item, of_observed);
    if (status.ok()) status = values.of(Side::predicted, item, of_predicted);
    if (!status.ok()) return {0, status};
    observed = of_observed;
    predicted = of_predicted;
  }
  if (values.are_components()) {
    components.resize(observed.size());
    std::iota(components.begin(), components.end(), std::size_t{0});
  }
  auto const& chosen = values.are_components() ? components : genes;
  ChosenValues a, b;
  a.take(observed, references.observed, chosen);
  b.take(predicted, references.predicted, chosen);
  auto const finite = [](double value) { return std::isfinite(value); };
  if (!std::all_of(a.values.begin(), a.values.end(), finite) ||
      !std::all_of(b.values.begin(), b.values.end(), finite))
    return {0, Status("not_finite")};
  return value({a.values, b.values, a.rounding, b.rounding});
}

std::vector<Score> ProfileMetric::score(ScoreContext const& context,
                                        std::vector<ScoreItem> const& items) const {
  std::vector<Score> scores;
  if (items.empty()) return scores;
  std::vector<std::size_t> genes;
  auto const reference = references(context);
  auto values = values_;
  values.prepare(context);
  auto const candidates = selection_.candidates(context, items.front().observed.size());
  for (auto const& item : items) {
    Status status = selection_.select(context, candidates, item, genes);
    if (status.ok()) status = reference.status;
    scores.push_back(status.ok() ? compare(reference, values, item, genes) : Score{0, status});
  }
  return scores;
}

}  // namespace pertscale
