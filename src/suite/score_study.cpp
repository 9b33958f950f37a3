#include "suite/score_study.hpp"

#include <fmt/format.h>

#include "protocol/split_builder.hpp"

namespace pertscale {

namespace {

/// Scores what the predictions have. Nothing is trained on, so the perturbed-mean reference is of
/// every measured perturbation.
class PredictedConditions final : public Protocol {
 public:
  void declare(OptionList&) override {}

  void set(std::string split, std::vector<bool> scored) {
    split_ = std::move(split);
    scored_ = std::move(scored);
  }
  std::string const& split() const { return split_; }

  std::vector<PerturbationSplit> splits(Labels const& labels, ScreenNaming const&) const override {
    PerturbationSplit split;
    split.name = split_;
    split.train = control_rows(labels);
    split.groups.resize(labels.rows().size());
    for (std::size_t row = 0; row < scored_.size(); ++row) {
      if (!scored_[row]) continue;
      split.test.push_back(row);
      split.groups[row] = order_label(labels.condition_of(row));
    }
    return {split};
  }

 private:
  std::string split_ = "all";
  std::vector<bool> scored_;
};

PartInfo<Protocol> const predicted_conditions{
    .name = "predicted-conditions",
    .summary = "every perturbation that a prediction has, as one split; nothing is trained on",
    .source = "docs/predictions.md",
    .traits = {.measured_reference = true},
    .make = [] { return std::make_unique<PredictedConditions>(); },
};

StudyProtocol scored_protocol(std::string const& split) {
  StudyProtocol protocol;
  protocol.label = "all";
  protocol.part.info = &predicted_conditions;
  auto object = std::make_unique<PredictedConditions>();
  object->set(split.empty() ? "all" : split, {});
  protocol.part.object = std::move(object);
  return protocol;
}

std::vector<StudyLine> lines_of(ScoreRequest const& request) {
  std::vector<StudyLine> lines;
  if (!request.dataset.empty()) lines.push_back({"dataset", request.dataset, "--dataset"});
  auto const add = [&](std::string const& key, std::string const& option, std::string const& prefix,
                       std::vector<std::string> const& values) {
    for (auto const& value : values)
      lines.push_back({key, prefix + value, fmt::format("--{} \"{}\"", option, value)});
  };
  add("model", "prediction", "predictions ", request.predictions);
  add("metric", "metric", "", request.metrics);
  add("metrics", "metrics", "", request.metric_sets);
  return lines;
}

}  // namespace

Study read_score_study(ScoreRequest const& request, TextSource const& source) {
  if (request.dataset.empty() == request.study.empty())
    throw UserError("give --dataset D.cfg or --study S.cfg, one of them");
  if (request.predictions.empty())
    throw UserError("no prediction is given; add --prediction \"path=P.h5ad as=NAME\"");
  auto const lines = lines_of(request);
  if (!request.dataset.empty()) return read_study(lines, source, scored_protocol(request.split));
  auto study = read_study(request.study, source, true, lines);
  study.only_split = request.split;
  return study;
}

void choose_scored_conditions(Study const& study, std::vector<Dataset> const& datasets,
                              Communicator const& comm) {
  if (study.protocols.empty()) return;
  auto* const protocol =
      dynamic_cast<PredictedConditions*>(study.protocols.front().part.object.get());
  if (protocol == nullptr) return;
  auto const& measured = datasets.front();
  std::vector<bool> scored(measured.labels.rows().size(), false);
  Mistakes mistakes;
  for (auto const& model : study.models) try {
      auto const source =
          open_prediction(prediction_spec(model),
                          {study.protocols.front().label, protocol->split(), true}, measured, comm);
      for (std::size_t row = 0; row < scored.size(); ++row)
        if (source.row_of[row] >= 0 && !measured.labels.condition_of(row).is_control())
          scored[row] = true;
    } catch (UserError const& error) {
      mistakes.add(error);
    }
  mistakes.raise();
  protocol->set(protocol->split(), std::move(scored));
}

}  // namespace pertscale
