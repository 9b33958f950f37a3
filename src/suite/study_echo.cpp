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
    out.emplace_back(
        "model." + model.label,
        model.part.name() + " " + model.part.options.canonical() + " pool=" + model.pool);
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

}  // namespace pertscale
