#include "metric/metric.hpp"

namespace pertscale {
namespace {

/// Does a forest that tells contexts apart take the predicted profile for the same as the measured?
class CellTypeCorrect final : public Metric {
 public:
  void declare(OptionList& options) override {
    options
        .add("most", request_.most,
             "training cells of each context that the forest is grown on, a seeded sample; 0: all")
        .at_least(0);
    options.add("n-estimators", request_.trees, "trees of the forest").at_least(1);
  }

  MetricNeeds needs() const override { return {.contexts = true}; }

  std::vector<Score> score(ScoreContext const& context,
                           std::vector<ScoreItem> const& items) const override {
    std::vector<Score> scores;
    for (auto const& item : items) scores.push_back(score_item(context, item));
    return scores;
  }

 private:
  Score score_item(ScoreContext const& context, ScoreItem const& item) const {
    if (context.supply == nullptr) return {0, Status("needs_cells")};
    auto const observed = context.supply->context_of(item.observed, request_);
    if (!observed.status.ok()) return {0, observed.status};
    auto const predicted = context.supply->context_of(item.predicted, request_);
    return {predicted.context == observed.context ? 1.0 : 0.0, predicted.status};
  }

  ContextRequest request_;
};

Registered<Metric> const registered{{
    .name = "cell-type-correct",
    .summary = "1 where a random forest of the training cells, which tells contexts apart, takes "
               "the predicted mean for the same context as the measured one",
    .source = "PEREGGRN evaluator at 146e517 (Kernfeld et al. 2025), on cell types",
    .traits = {.higher_is_better = true, .best = 1},
    .make = [] { return std::make_unique<CellTypeCorrect>(); },
}};

}  // namespace
}  // namespace pertscale
