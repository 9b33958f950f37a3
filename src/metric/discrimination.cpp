#include <algorithm>
#include <optional>

#include "metric/gene_selection.hpp"
#include "metric/panel_ranks.hpp"
#include "metric/target_genes.hpp"
#include "metric/weighted_errors.hpp"

namespace pertscale {
namespace {

enum class Form { discrimination, centroid_accuracy, nearest_in_ranking, sbb };

/// Rank r of a condition's own measured profile among the measured ones, by distance from its
/// prediction: 1 - r / (P - 1), and the published relatives of it.
class Discrimination final : public Metric {
 public:
  explicit Discrimination(Form form) : form_(form) {
    if (form == Form::discrimination) return;
    mask_ = "none";
    ties_ = "against";  // strict: an equal rival wins
    if (form == Form::sbb) distance_ = "wmse";
  }

  void declare(OptionList& options) override {
    selection_.declare_shared(options);
    if (form_ == Form::sbb)
      options
          .add("distance", distance_,
               "between changes; wmse and weighted-r2 with the weights of "
               "metric wmse, those of the predicted condition")
          .one_of({"wmse", "weighted-r2", "pearson", "l2"});
    if (form_ == Form::discrimination) declare_discrimination(options);
  }

  MetricNeeds needs() const override {
    MetricNeeds needs;
    if (weighted()) needs.de = {weight_tests()};
    needs.own_control = control_ == "own";
    return needs;
  }

  std::vector<Score> score(ScoreContext const& context,
                           std::vector<ScoreItem> const& items) const override {
    if (items.empty()) return {};
    auto const chosen = selection_.shared(context, form_ == Form::centroid_accuracy);
    if (!chosen.status.ok()) return std::vector<Score>(items.size(), {0, chosen.status});
    auto panel = panel_of(context, items);
    panel.genes = chosen.genes;
    if (mask_ == "all") mask_panel(context, items, panel.genes);
    if (panel.genes.empty()) return std::vector<Score>(items.size(), {0, Status("too_few_genes")});
    if (panel.candidates.size() < 2)
      return std::vector<Score>(items.size(), {0, Status("too_few_conditions")});
    if (control_ == "own") {
      if (context.supply == nullptr)
        return std::vector<Score>(items.size(), {0, Status("needs_cells")});
      auto const own = context.supply->predicted_control();
      if (!own.status.ok()) return std::vector<Score>(items.size(), {0, own.status});
      panel.query_reference = own.values;
      return ranked(context, items, panel);
    }
    return ranked(context, items, panel);
  }

 private:
  void declare_discrimination(OptionList& options) {
    options
        .add("distance", distance_,
             "between changes from control; wmse with the weights of metric wmse")
        .one_of({"l2", "l1", "cosine", "pearson", "wmse"});
    options
        .add("mask", mask_,
             "genes left out: the targets of every condition of the panel (cell-eval2), the "
             "condition's own targets (cell-eval), or none")
        .one_of({"all", "own", "none"});
    options
        .add("ties", ties_,
             "equal distances: half a rank each (cell-eval2), against the prediction, in the "
             "panel's order (cell-eval), or random:SEED")
        .checked(check_ties)
        .type = "half|against|order|random:SEED";
    options
        .add("denominator", denominator_,
             "ranks are divided by: the rivals (p-1, cell-eval2) or the conditions (p, cell-eval)")
        .one_of({"p-1", "p"});
    options
        .add("control", control_,
             "what predictions are compared with: the measured control, or the prediction's own")
        .one_of({"measured", "own"});
  }

  bool weighted() const { return distance_ == "wmse" || distance_ == "weighted-r2"; }
  bool of_changes() const { return form_ == Form::discrimination || form_ == Form::sbb; }

  PanelComparison panel_of(ScoreContext const& context, std::vector<ScoreItem> const& items) const {
    PanelComparison panel;
    panel.distance = panel_distance(distance_);
    if (of_changes()) panel.query_reference = panel.candidate_reference = context.control;
    if (form_ == Form::centroid_accuracy && !context.measured.empty())
      for (auto const& condition : context.measured) panel.candidates.push_back(condition.profile);
    else
      for (auto const& item : rivals_of(context, items)) panel.candidates.push_back(item.observed);
    return panel;
  }

  /// The own candidate: nothing where the context does not hold the condition.
  std::optional<std::size_t> own(ScoreContext const& context, std::vector<ScoreItem> const& items,
                                 std::size_t i, std::size_t candidates) const {
    std::size_t place = place_of(context, items, i);
    if (form_ == Form::centroid_accuracy && !context.measured.empty()) {
      auto const found = std::find_if(
          context.measured.begin(), context.measured.end(),
          [&](auto const& other) { return other.condition->name == items[i].condition->name; });
      place = static_cast<std::size_t>(found - context.measured.begin());
    }
    if (place >= candidates) return std::nullopt;
    return place;
  }

  static void mask_panel(ScoreContext const& context, std::vector<ScoreItem> const& items,
                         std::vector<std::size_t>& genes) {
    if (context.values == ValueKind::latent) return;
    std::vector<std::size_t> targets;
    for (auto const& item : rivals_of(context, items))
      for (auto const gene : target_genes(context, *item.condition, DePeer::none))
        targets.push_back(gene);
    std::sort(targets.begin(), targets.end());
    std::erase_if(genes, [&](std::size_t g) {
      return std::binary_search(targets.begin(), targets.end(), g);
    });
  }

  std::vector<Score> ranked(ScoreContext const& context, std::vector<ScoreItem> const& items,
                            PanelComparison const& panel) const {
    std::vector<Score> scores(items.size());
    std::vector<PanelQuery> queries;
    std::vector<std::size_t> asked;
    std::vector<std::vector<double>> weights(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      auto const place = own(context, items, i, panel.candidates.size());
      scores[i].status = place ? weigh(context, items[i], weights[i]) : Status("not_applicable");
      if (!scores[i].status.ok()) continue;
      PanelQuery query{items[i].predicted, *place, {}, weights[i]};
      if (mask_ == "own" && context.values == ValueKind::expression)
        query.excluded = target_genes(context, *items[i].condition, DePeer::none);
      asked.push_back(i);
      queries.push_back(std::move(query));
    }
    auto const rivals = count_rivals(panel, queries);
    for (std::size_t k = 0; k < asked.size(); ++k)
      scores[asked[k]] = value(rivals[k], panel.candidates.size(), *items[asked[k]].condition);
    return scores;
  }

  /// Weights of the condition's own tests, with sum 1.
  Status weigh(ScoreContext const& context, ScoreItem const& item,
               std::vector<double>& weights) const {
    if (!weighted()) return {};
    if (context.supply == nullptr) return Status("needs_cells");
    auto const tests = context.supply->de(Side::measured, item.place, weight_tests());
    if (!tests.status.ok()) return tests.status;
    weights = de_weights(tests.score, 2);
    double sum = 0;
    for (double const weight : weights) sum += weight;
    if (sum == 0) return Status("constant");
    for (auto& weight : weights) weight /= sum;
    return {};
  }

  Score value(Rivals const& rivals, std::size_t conditions, Condition const& condition) const {
    if (!rivals.defined) return {0, Status("not_finite")};
    double const rank = ahead(rivals, ties_, condition.name);
    auto const divisor = static_cast<double>(denominator_ == "p" ? conditions : conditions - 1);
    // 2 (win fraction - 1/2) = 1 - 2 rank / (P - 1)
    return {1 - (form_ == Form::sbb ? 2 : 1) * rank / divisor, {}};
  }

  Form form_;
  GeneSelection selection_;
  std::string distance_ = "l2", mask_ = "all", ties_ = "half", denominator_ = "p-1";
  std::string control_ = "measured";
};

PartInfo<Metric> describe(Form form, std::string name, std::string summary, std::string source) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .source = std::move(source),
          .traits = {.higher_is_better = true, .best = 1},
          .make = [form] { return std::make_unique<Discrimination>(form); }};
}

constexpr char const* cell_eval = "cell-eval 0.8.2 (discrimination_score), cell-eval2 0.20.0 (pds)";

Registered<Metric> const discrimination{
    describe(Form::discrimination, "discrimination",
             "1 - rank of the own measured change by distance from the predicted one", cell_eval)};
Registered<Metric> const pds{
    describe(Form::discrimination, "pds", "discrimination by its other name", cell_eval)};
Registered<Metric> const centroid{
    describe(Form::centroid_accuracy, "centroid-accuracy",
             "share of all measured conditions that are farther from the prediction than its own",
             "Systema at fe087c9 (Vinas Torne et al. 2025)")};
Registered<Metric> const nir{
    describe(Form::nearest_in_ranking, "nir",
             "share of the held-out conditions that are farther from the prediction than its own",
             "CellSimBench at 08db3c1 (Mejia, Miller et al. 2025)")};
Registered<Metric> const sbb{describe(Form::sbb, "pds-sbb",
                                      "2 (share of rivals that are farther - 1/2), of changes",
                                      "SBB at b08d5b1 (Vollenweider, Buehlmann 2026)")};

}  // namespace
}  // namespace pertscale
