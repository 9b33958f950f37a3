#include "metric/profile_metric.hpp"

#include <algorithm>
#include <cmath>

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
  if (uses_reference())
    options
        .add(
            "reference", reference_,
            "what changes are counted from: the control profile of the context, or the mean of the "
            "training conditions' profiles, each weighted alike")
        .one_of({"control", "perturbed-mean"});
}

std::vector<Score> ProfileMetric::score(ScoreContext const& context,
                                        std::vector<ScoreItem> const& items) const {
  std::vector<Score> scores;
  if (items.empty()) return scores;
  std::vector<std::size_t> genes;
  ChosenValues observed, predicted;
  Profile reference;
  if (uses_reference())
    reference = reference_ == "control" ? context.control : context.perturbed_mean;
  auto const candidates = selection_.candidates(context, items.front().observed.size());
  for (auto const& item : items) {
    Status status = selection_.select(context, candidates, item, genes);
    if (status.ok() && uses_reference() && reference.empty()) status = Status("no_reference");
    if (!status.ok()) {
      scores.push_back({0, status});
      continue;
    }
    observed.take(item.observed, reference, genes);
    predicted.take(item.predicted, reference, genes);
    scores.push_back(
        value({observed.values, predicted.values, observed.rounding, predicted.rounding}));
  }
  return scores;
}

}  // namespace pertscale
