#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "metric/metric.hpp"

/// One-line use of a metric, for the tests of this room.
namespace pertscale {

inline Part<Metric> made_metric(std::string const& text) {
  Mistakes mistakes;
  auto part = make_part<Metric>(parse_part(text), mistakes);
  mistakes.raise();
  return part;
}

/// One condition of one context with everything a metric may ask for.
struct MadeItem {
  std::vector<std::string> genes;
  std::vector<double> control, observed, predicted;
  std::vector<double> perturbed_mean{};
  std::string condition = "A+ctrl";
  ValueKind values = ValueKind::expression;

  Score score(Part<Metric> const& metric) const {
    GeneTable const table(genes);
    Condition const parsed = parse_condition(condition, {});
    return metric.object
        ->score({&table, values, control, perturbed_mean}, {{&parsed, observed, predicted}})
        .at(0);
  }
  Score score(std::string const& text) const { return score(made_metric(text)); }
};

/// Conditions of one context that are rivals of each other. An empty prediction is in the panel
/// only.
struct RivalPanel {
  std::vector<std::string> genes, names;
  std::vector<double> control;
  std::vector<std::vector<double>> observed, predicted;
  ScoreSupply const* supply = nullptr;
  std::vector<std::string> trained{};  ///< measured, not held out
  std::vector<std::vector<double>> trained_profiles{};

  /// f(context, items): the items are the conditions that are predicted.
  void with_context(
      std::function<void(ScoreContext const&, std::vector<ScoreItem> const&)> const& f) const {
    GeneTable const table(genes);
    std::vector<Condition> conditions;
    for (auto const& name : names) conditions.push_back(parse_condition(name, {}));
    for (auto const& name : trained) conditions.push_back(parse_condition(name, {}));
    std::vector<ScoreItem> panel, items;
    std::vector<MeasuredCondition> measured;
    for (std::size_t i = 0; i < names.size(); ++i) {
      panel.push_back({.condition = &conditions[i],
                       .observed = observed[i],
                       .predicted = predicted[i],
                       .place = i});
      measured.push_back({&conditions[i], observed[i], 10, false});
      if (!predicted[i].empty()) items.push_back(panel.back());
    }
    for (std::size_t i = 0; i < trained.size(); ++i)
      measured.push_back({&conditions[names.size() + i], trained_profiles[i], 10, true});
    ScoreContext context{&table, ValueKind::expression, control, {}};
    context.panel = panel;
    context.measured = measured;
    context.supply = supply;
    f(context, items);
  }
  /// A score of each condition that is predicted.
  std::vector<Score> scores(std::string const& metric) const {
    std::vector<Score> out;
    with_context([&](ScoreContext const& context, std::vector<ScoreItem> const& items) {
      out = made_metric(metric).object->score(context, items);
    });
    return out;
  }
  std::vector<double> values(std::string const& metric) const {
    std::vector<double> out;
    for (auto const& score : scores(metric)) out.push_back(score.value);
    return out;
  }
};

}  // namespace pertscale
