#include <algorithm>

#include "metric/bulk_space.hpp"
#include "metric/panel_ranks.hpp"
#include "metric/target_genes.hpp"

namespace pertscale {
namespace {

/// Rank of a condition's own measured change among all measured changes of the panel, by distance
/// from its predicted change: 1 - rank / P or 1 - rank / (P - 1).
class BulkDiscrimination final : public Metric {
 public:
  void declare(OptionList& options) override {
    options.add("distance", distance_, "between changes").one_of({"l1", "l2", "cosine"});
    options
        .add("mask", mask_,
             "genes left out: every target of the panel, the condition's own, or none; auto: all "
             "(cell-eval 0.8.2: own)")
        .one_of({"auto", "all", "own", "none"});
    options
        .add("ties", ties_,
             "equal distances: half a rank each, against the prediction, or in the panel's order; "
             "auto: half (cell-eval 0.8.2: order)")
        .one_of({"auto", "half", "against", "order"});
    options
        .add(
            "denominator", denominator_,
            "ranks are divided by: rivals (p-1), or conditions (p); auto: p-1 (cell-eval 0.8.2: p)")
        .one_of({"auto", "p-1", "p"});
    settings_.declare(options, BulkUse::changes);
  }
  MetricNeeds needs() const override { return settings_.needs(false); }

  std::vector<Score> score(ScoreContext const& context,
                           std::vector<ScoreItem> const& items) const override {
    std::vector<Score> scores;
    if (items.empty()) return scores;
    auto const panel = panel_of(context, items);
    BulkSpace const space(context, settings_);
    auto const control = space.control(), own = space.predicted_control();
    auto const rivals = changes_of(panel, space, control);
    Status status = control.status;
    if (status.ok()) status = own.status;
    if (status.ok()) status = rivals.status;
    std::vector<std::vector<double>> changes(items.size());
    scores.resize(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      auto predicted = space.predicted(items[i]);
      scores[i].status = status.ok() ? predicted.status : status;
      if (!scores[i].status.ok()) continue;
      for (std::size_t g = 0; g < predicted.values.size(); ++g)
        predicted.values[g] -= own.values[g];
      changes[i] = std::move(predicted.values);
    }
    rank(context, items, panel, rivals.values, changes, scores);
    return scores;
  }

 private:
  struct Changes {
    Status status;
    std::vector<std::vector<double>> values;
  };

  std::string setting(std::string const& text, char const* ours, char const* cell_eval) const {
    if (text != "auto") return text;
    return settings_.peer() == DePeer::cell_eval ? cell_eval : ours;
  }

  static Changes changes_of(std::span<ScoreItem const> panel, BulkSpace const& space,
                            BulkProfile const& control) {
    Changes out{control.status, {}};
    for (auto const& item : panel) {
      auto profile = space.measured(item);
      if (out.status.ok()) out.status = profile.status;
      if (!out.status.ok()) return out;
      for (std::size_t g = 0; g < profile.values.size(); ++g)
        profile.values[g] -= control.values[g];
      out.values.push_back(std::move(profile.values));
    }
    return out;
  }

  static std::size_t place_of(std::span<ScoreItem const> panel, ScoreItem const& item) {
    std::size_t place = 0;
    while (place < panel.size() && panel[place].condition != item.condition) ++place;
    return place;
  }

  /// Genes that every pair looks at.
  std::vector<std::size_t> kept_genes(ScoreContext const& context, std::span<ScoreItem const> panel,
                                      std::size_t genes) const {
    std::vector<bool> masked(genes, false);
    if (setting(mask_, "all", "own") == "all")
      for (auto const& item : panel)
        for (auto const gene : target_genes(context, *item.condition, settings_.peer()))
          masked[gene] = true;
    std::vector<std::size_t> kept;
    for (std::size_t g = 0; g < genes; ++g)
      if (!masked[g]) kept.push_back(g);
    return kept;
  }

  /// Scores of the items whose status is good so far.
  void rank(ScoreContext const& context, std::vector<ScoreItem> const& items,
            std::span<ScoreItem const> conditions, std::vector<std::vector<double>> const& rivals,
            std::vector<std::vector<double>> const& changes, std::vector<Score>& scores) const {
    if (rivals.empty()) return;
    PanelComparison panel;
    panel.distance = panel_distance(distance_);
    panel.candidates.assign(rivals.begin(), rivals.end());
    panel.genes = kept_genes(context, conditions, rivals.front().size());
    bool const alone = rivals.size() < 2 && settings_.peer() == DePeer::none;
    std::vector<PanelQuery> queries;
    std::vector<std::size_t> asked;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (!scores[i].status.ok()) continue;
      PanelQuery query{changes[i], place_of(conditions, items[i])};
      if (setting(mask_, "all", "own") == "own")
        query.excluded = target_genes(context, *items[i].condition, settings_.peer());
      scores[i].status = query.own >= rivals.size() ? Status("not_applicable")
                         : alone                    ? Status("too_few_conditions")
                         : query.excluded.size() >= panel.genes.size() ? Status("too_few_genes")
                                                                       : Status();
      if (!scores[i].status.ok()) continue;
      asked.push_back(i);
      queries.push_back(std::move(query));
    }
    auto const counted = count_rivals(panel, queries);
    auto const ties = setting(ties_, "half", "order");
    for (std::size_t k = 0; k < asked.size(); ++k)
      scores[asked[k]] = counted[k].defined
                             ? Score{1 - ahead(counted[k], ties, items[asked[k]].condition->name) /
                                             divisor(rivals.size()),
                                     {}}
                             : Score{0, Status("not_finite")};
  }

  double divisor(std::size_t conditions) const {
    bool const all = setting(denominator_, "p-1", "p") == "p";
    return static_cast<double>(std::max<std::size_t>(all ? conditions : conditions - 1, 1));
  }

  std::string distance_ = "l1", mask_ = "auto", ties_ = "auto", denominator_ = "auto";
  BulkSettings settings_;
};

Registered<Metric> const registered{{
    .name = "bulk-discrimination",
    .summary = "rank of the own measured change by distance from the predicted one, bulk profiles",
    .source = "cell-eval 0.8.2 (discrimination_score), cell-eval2 0.20.0 (pds)",
    .traits = {.higher_is_better = true, .best = 1, .needs_genes = true},
    .make = [] { return std::make_unique<BulkDiscrimination>(); },
}};

}  // namespace
}  // namespace pertscale
