#include "suite/study_checks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"

namespace pertscale {

namespace {

bool contains(std::vector<std::string> const& list, std::string const& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

void check_given(Study const& study, StudyLines const& lines, bool needs_models,
                 Mistakes& mistakes) {
  auto const need = [&](bool empty, char const* key, std::string_view example) {
    if (empty && !lines.keys.contains(key))
      mistakes.add(fmt::format("{}: no {} is given; add a line such as '{} = {}'", study.file, key,
                               key, example));
  };
  need(study.datasets.empty(), "dataset", "../datasets/norman-mcfaline-k562.cfg");
  need(study.protocols.empty(), "protocol", "unseen-combination");
  if (!needs_models) return;
  need(study.models.empty(), "model", "no-change");
  need(study.metrics.empty() && !lines.keys.contains("metrics"), "metric", "l2");
}

void check_baselines(Study const& study, StudyLines const& lines, Mistakes& mistakes) {
  std::vector<std::string> labels;
  bool has_no_change = false;
  for (auto const& model : study.models) {
    if (!model.part.object) return;  // its label is not known
    labels.push_back(model.label);
    has_no_change = has_no_change || model.text.name == "no-change";
  }
  for (std::size_t b = 0; b < study.baselines.size(); ++b)
    if (auto const& name = study.baselines[b]; !contains(labels, name))
      mistakes.add(fmt::format("{}: baseline '{}' is no model of this study.{}", lines.baselines[b],
                               name, suggestion(name, labels)));
  if (study.missing == "no-change" && !has_no_change)
    mistakes.add(fmt::format(
        "{}: missing = no-change needs the model no-change in the study; add 'model = no-change'",
        study.file));
}

void check_protocols(Study const& study, Mistakes& mistakes) {
  std::vector<std::string> names;
  for (auto const& dataset : study.datasets) names.push_back(dataset.name);
  for (auto const& protocol : study.protocols)
    for (auto const& name : protocol.datasets)
      if (!contains(names, name))
        mistakes.add(fmt::format("{}: protocol '{}': datasets={} is no dataset of this study.{}",
                                 study.file, protocol.label, name, suggestion(name, names)));
}

/// Saved predictions are named by dataset, protocol, split and model.
void check_lengths(Study const& study, Mistakes& mistakes) {
  constexpr std::size_t most = 120;  // of 255 that a file's name can have
  for (auto const& model : study.models)
    if (auto const length = percent_escape(model.label).size();
        study.save_predictions && length > most)
      mistakes.add(
          fmt::format("{}: the label of a model '{}' has {} characters as a file's name; "
                      "give it one of at most {} with as=LABEL",
                      study.file, model.text.name, length, most));
}

}  // namespace

void check_study(Study const& study, StudyLines const& lines, bool needs_models,
                 Mistakes& mistakes) {
  check_given(study, lines, needs_models, mistakes);
  check_baselines(study, lines, mistakes);
  check_protocols(study, mistakes);
  check_lengths(study, mistakes);
}

}  // namespace pertscale
