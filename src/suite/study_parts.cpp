#include <algorithm>

#include "core/text.hpp"
#include "suite/study.hpp"

namespace pertscale {

std::vector<std::pair<std::string, std::string>> Study::echo() const {
  std::vector<std::pair<std::string, std::string>> out;
  for (auto const& dataset : datasets)
    for (auto const& [key, value] : dataset.echo())
      out.emplace_back("dataset." + dataset.name + "." + key, value);
  for (auto const& protocol : protocols)
    out.emplace_back("protocol." + protocol.label, protocol.part.name() + " " +
                                                       protocol.part.options.canonical() +
                                                       " datasets=" + join(protocol.datasets, ","));
  for (auto const& model : models)
    out.emplace_back("model." + model.label,
                     model.part.name() + " " + model.part.options.canonical() +
                         " pool=" + model.pool +
                         " team=" + (model.team == 0 ? "auto" : std::to_string(model.team)));
  for (auto const& metric : metrics)
    out.emplace_back("metric." + metric.label,
                     metric.part.name() + " " + metric.part.options.canonical());
  for (auto const& set : metric_sets) out.emplace_back("metrics", set);
  out.emplace_back("baseline", join(baselines, ","));
  out.emplace_back("missing", missing);
  out.emplace_back("save-predictions", save_predictions ? "yes" : "no");
  out.emplace_back("bootstrap", std::to_string(bootstrap));
  if (!only_split.empty()) out.emplace_back("split", only_split);
  out.emplace_back("calibration", calibration);
  out.emplace_back("calibration-seed", std::to_string(calibration_seed));
  return out;
}

bool has_whole_split(Study const& study) {
  return std::any_of(study.metrics.begin(), study.metrics.end(),
                     [](auto const& metric) { return metric.part.info->traits.whole_split; });
}

std::unique_ptr<Model> make_model(StudyModel const& model) {
  Mistakes mistakes;
  auto part = make_part<Model>(model.text, mistakes);
  mistakes.raise();
  for (std::size_t i = 0; i < part.options.all().size(); ++i) {
    auto* const file = part.options.all()[i].file;
    if (file != nullptr) *file = *model.part.options.all()[i].file;
    auto* const features = part.options.all()[i].features;
    if (features != nullptr) *features = *model.part.options.all()[i].features;
  }
  return std::move(part.object);
}

}  // namespace pertscale
