#pragma once
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

}  // namespace pertscale
