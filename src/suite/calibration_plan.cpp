#include "suite/calibration_plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/hash.hpp"
#include "core/text.hpp"

namespace pertscale {

std::string control_name(ControlKind kind) {
  switch (kind) {
    case ControlKind::duplicate: return "technical-duplicate";
    case ControlKind::interpolated: return "interpolated-duplicate";
    default: return "training-mean";
  }
}

std::vector<ControlKind> positive_controls(Study const& study, DatasetSpec const& dataset) {
  if (dataset.rows != "cells") return {};
  std::vector<ControlKind> out;
  auto const words = split(study.calibration, ',');
  auto const has = [&](std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  if (has("auto") || has("duplicate")) out.push_back(ControlKind::duplicate);
  if (has("interpolated")) out.push_back(ControlKind::interpolated);
  return out;
}

std::optional<HalvingOptions> halving_of(Study const& study, DatasetSpec const& dataset) {
  auto const kinds = positive_controls(study, dataset);
  if (kinds.empty()) return std::nullopt;
  bool const tests =
      std::find(kinds.begin(), kinds.end(), ControlKind::interpolated) != kinds.end() ||
      std::any_of(study.metrics.begin(), study.metrics.end(),
                  [](auto const& metric) { return !metric.part.object->needs().de.empty(); });
  return HalvingOptions{study.calibration_seed, tests};
}

std::string calibration_identity(Study const& study, DatasetSpec const& dataset) {
  return positive_controls(study, dataset).empty()
             ? std::string()
             : fmt::format("halves {}", study.calibration_seed);
}

std::vector<CalibrationUnit> calibration_units(Plan const& plan) {
  std::vector<CalibrationUnit> units;
  for (std::size_t g = 0; g < plan.splits.size(); ++g) {
    auto const& group = plan.splits[g];
    auto const& dataset = plan.datasets[group.dataset];
    auto kinds = positive_controls(*plan.study, dataset.spec);
    if (kinds.empty() || !group.not_served.empty()) continue;
    kinds.push_back(ControlKind::negative);
    for (std::size_t s = 0; s < group.splits.size(); ++s)
      for (auto const kind : kinds) {
        CalibrationUnit unit{kind, g, s, {}, 0};
        unit.key = Sha256()
                       .add_field("calibration")
                       .add_field(group.keys[s])
                       .add_field(control_name(kind))
                       .add_field(calibration_identity(*plan.study, dataset.spec))
                       .hex();
        unit.cost = 10 * static_cast<double>(plan.study->metrics.size()) *
                    static_cast<double>(control_task(plan, unit).held_out.size()) *
                    static_cast<double>(dataset.genes.size());
        units.push_back(std::move(unit));
      }
  }
  return units;
}

Task control_task(Plan const& plan, CalibrationUnit const& unit) {
  auto const& group = plan.splits[unit.group];
  auto const& protocol = plan.study->protocols[group.protocol];
  Task task{group.dataset, group.protocol, unit.split, 0, {}, {}, {}};
  auto const& split = group.splits[unit.split];
  task.id = fmt::format("{}.{}.{}.{}", plan.datasets[group.dataset].spec.name, protocol.label,
                        split.name, control_name(unit.kind));
  task.held_out = split.scored(protocol.part.object->scores_validation());
  return task;
}

std::string calibration_text(Plan const& plan) {
  std::string out;
  for (auto const& dataset : plan.datasets) {
    auto const kinds = positive_controls(*plan.study, dataset.spec);
    std::vector<std::string> names;
    for (auto const kind : kinds) names.push_back(control_name(kind));
    if (!kinds.empty())
      out += fmt::format("calibration of {}: {} against training-mean, on halves of its cells\n",
                         dataset.spec.name, join(names, " and "));
    else if (dataset.spec.rows != "cells" && plan.study->calibration != "none")
      out += fmt::format("no calibration of {}: it has no cells that could be halved\n",
                         dataset.spec.name);
  }
  return out;
}

}  // namespace pertscale
