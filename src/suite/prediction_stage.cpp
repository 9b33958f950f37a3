#include "suite/prediction_stage.hpp"

#include <fmt/format.h>

#include <set>

namespace pertscale {

PredictionSpec prediction_spec(StudyModel const& model) {
  auto const value = [&](std::string_view name) { return model.part.options.find(name)->value(); };
  PredictionSpec spec{value("path"),      value("values"),
                      value("rows"),      value("condition-column"),
                      value("separator"), value("missing-genes")};
  if (!spec.path.empty()) spec.path = relative_to(model.base, spec.path);
  return spec;
}

PredictionOpener prediction_opener(Communicator const& comm) {
  return [&comm](PredictionSpec const& spec, PredictionSplit const& split,
                 Dataset const& measured) { return open_prediction(spec, split, measured, comm); };
}

std::string prepare_predictions(Plan& plan, std::vector<Screen> const& screens,
                                Communicator const& comm, std::filesystem::path const& cache,
                                MomentOptions const& options, PhaseMeter& meter) {
  std::string text;
  std::set<std::string> told;
  for (auto const& task : plan.tasks) {
    if (task.prediction < 0) continue;
    meter.measure(task.id, "predictions", [&] {
      prepare_prediction(plan.predictions[static_cast<std::size_t>(task.prediction)],
                         plan.datasets[task.dataset], screens[task.dataset], comm, cache, options);
    });
    for (auto const& note : prediction_notes(plan, task))
      if (told.insert(note).second)
        text += fmt::format("{}: note: {}\n", plan.study->models[task.model].label, note);
  }
  return text;
}

}  // namespace pertscale
