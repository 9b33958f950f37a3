#include "metric/compared_values.hpp"
#include "metric/gene_selection.hpp"
#include "metric/metric_sets.hpp"
#include "metric/panel_ranks.hpp"

namespace pertscale {
namespace {

/// Rank of the own prediction among the predictions of the panel, by distance from what was
/// observed: 0 the nearest, 0.5 at random. Conditions that a model does not predict stand as no
/// effect, so that leaving them out gains nothing.
class PredictionRank final : public Metric {
 public:
  void declare(OptionList& options) override {
    selection_.declare_shared(options);
    values_.declare_means(options);
    options
        .add("distance", distance_,
             "rmse (the order of Euclidean distance), l1, cosine, or 1 - Pearson's r")
        .one_of({"rmse", "l1", "cosine", "pearson"});
    options
        .add("ties", ties_,
             "equal distances: against the prediction (the paper), half a rank each, in the "
             "panel's order, or drawn by random:SEED (the program)")
        .checked(check_ties)
        .type = "half|against|order|random:SEED";
    options
        .add("denominator", denominator_,
             "ranks are divided by: the rivals (p-1, the paper and 2025) or the conditions (p, "
             "2024)")
        .one_of({"p-1", "p"});
    options.add(
        "transpose", transpose_,
        "rank the own observation among the observed ones, by distance from the prediction");
  }

  MetricNeeds needs() const override { return values_.needs(); }

  std::vector<Score> score(ScoreContext const& context,
                           std::vector<ScoreItem> const& items) const override {
    if (items.empty()) return {};
    auto const chosen = selection_.shared(context);
    auto const rivals = rivals_of(context, items);
    Status status = chosen.status;
    if (status.ok() && rivals.size() < 2) status = Status("too_few_conditions");
    Vectors observed, predicted;
    auto values = values_;
    values.prepare(context);
    if (status.ok()) status = vectors(values, Side::measured, context, rivals, observed);
    if (status.ok()) status = vectors(values, Side::predicted, context, rivals, predicted);
    if (!status.ok()) return std::vector<Score>(items.size(), {0, status});
    auto const& asking = transpose_ ? predicted : observed;
    PanelComparison panel;
    panel.distance = panel_distance(distance_);
    panel.genes = chosen.genes;
    for (auto const& vector : transpose_ ? observed : predicted) panel.candidates.push_back(vector);
    std::vector<PanelQuery> queries;
    for (std::size_t i = 0; i < items.size(); ++i) {
      std::size_t const place = place_of(context, items, i);
      if (place >= rivals.size())
        return std::vector<Score>(items.size(), {0, Status("not_applicable")});
      queries.push_back({asking[place], place, {}, {}});
    }
    return scores_of(count_rivals(panel, queries), items, rivals.size());
  }

 private:
  using Vectors = std::vector<std::vector<double>>;

  static Status vectors(ComparedValues const& values, Side side, ScoreContext const& context,
                        std::span<ScoreItem const> rivals, Vectors& out) {
    for (auto item : rivals) {
      if (item.predicted.empty()) item.predicted = context.control;
      out.emplace_back();
      if (auto status = values.of(side, item, out.back()); !status.ok()) return status;
    }
    return {};
  }

  std::vector<Score> scores_of(std::vector<Rivals> const& rivals,
                               std::vector<ScoreItem> const& items, std::size_t conditions) const {
    auto const divisor = static_cast<double>(denominator_ == "p" ? conditions : conditions - 1);
    std::vector<Score> scores;
    for (std::size_t i = 0; i < items.size(); ++i)
      scores.push_back(rivals[i].defined
                           ? Score{ahead(rivals[i], ties_, items[i].condition->name) / divisor, {}}
                           : Score{0, Status("not_finite")});
    return scores;
  }

  GeneSelection selection_;
  ComparedValues values_;
  std::string distance_ = "rmse", ties_ = "against", denominator_ = "p-1";
  bool transpose_ = false;
};

constexpr char const* source = "PerturBench (Wu et al. 2024, arXiv 2408.10609)";

Registered<Metric> const registered{{
    .name = "rank",
    .summary = "rank of the own prediction among all predictions, by distance from the observed",
    .source = source,
    .traits = {.higher_is_better = false, .best = 0},
    .make = [] { return std::make_unique<PredictionRank>(); },
}};

RegisteredMetricSet const of_paper{
    {"perturbench",
     "the default evaluation: RMSE of means, cosine of log fold changes, their ranks",
     source,
     {"rmse", "rank", "cosine values=logfc", "rank distance=cosine values=logfc"}}};

/// Ranks of the programs break ties at random.
RegisteredMetricSet const of_2024{
    {"perturbench-2024",
     "the same as the program of August 2024 does it",
     "PerturBench at d357dfa",
     {"rmse", "rank ties=random:0 denominator=p", "cosine values=logfc-own",
      "rank ties=random:0 denominator=p distance=cosine values=logfc-own"}}};
RegisteredMetricSet const of_2025{
    {"perturbench-2025",
     "the same as the program of December 2025 does it, and its other averages",
     "PerturBench at cafe4c9",
     {"rmse", "rank ties=random:0", "cosine values=logfc-own",
      "rank ties=random:0 distance=cosine values=logfc-own", "pearson", "r2 spread=predicted",
      "mse", "mae", "pearson values=logfc-own", "pearson values=scaled", "cosine values=scores-own",
      "top-k-recall values=scores-own", "cosine values=logp-own", "rmse values=var"}}};

}  // namespace
}  // namespace pertscale
