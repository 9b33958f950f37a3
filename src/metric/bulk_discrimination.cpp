#include <algorithm>
#include <cmath>

#include "core/sums.hpp"
#include "metric/bulk_space.hpp"
#include "metric/target_genes.hpp"

namespace pertscale {
namespace {

enum class Distance { l1, l2, cosine };

/// Distance of two changes, whose lengths are known; a change of length 0 is at cosine distance 1
/// from all.
double distance_of(Distance kind, Profile a, Profile b, double length_a, double length_b) {
  auto const n = a.size();
  if (kind == Distance::l1)
    return ordered_sum(n, [&](std::size_t g) { return std::fabs(a[g] - b[g]); });
  if (kind == Distance::l2)
    return std::sqrt(ordered_sum(n, [&](std::size_t g) { return (a[g] - b[g]) * (a[g] - b[g]); }));
  if (length_a == 0 || length_b == 0) return 1;
  double const product = ordered_sum(n, [&](std::size_t g) { return a[g] * b[g]; });
  return std::clamp(1 - product / (length_a * length_b), 0.0, 2.0);
}

double length_of(Profile a) {
  return std::sqrt(ordered_sum(a.size(), [&](std::size_t g) { return a[g] * a[g]; }));
}

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
    auto const masked = panel_mask(context, panel);
    for (auto const& item : items) {
      auto const predicted = space.predicted(item);
      Status const failed = status.ok() ? predicted.status : status;
      if (!failed.ok()) {
        scores.push_back({0, failed});
        continue;
      }
      std::vector<double> change(predicted.values.size());
      for (std::size_t g = 0; g < change.size(); ++g)
        change[g] = predicted.values[g] - own.values[g];
      scores.push_back(rank(change, rivals.values, place_of(panel, item),
                            setting(mask_, "all", "own") == "own"
                                ? target_genes(context, *item.condition, settings_.peer())
                                : masked));
    }
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

  std::vector<std::size_t> panel_mask(ScoreContext const& context,
                                      std::span<ScoreItem const> panel) const {
    std::vector<std::size_t> genes;
    if (setting(mask_, "all", "own") != "all") return genes;
    for (auto const& item : panel)
      for (auto const gene : target_genes(context, *item.condition, settings_.peer()))
        genes.push_back(gene);
    std::sort(genes.begin(), genes.end());
    genes.erase(std::unique(genes.begin(), genes.end()), genes.end());
    return genes;
  }

  Score rank(std::vector<double> change, std::vector<std::vector<double>> const& rivals,
             std::size_t place, std::vector<std::size_t> const& masked) const {
    if (place >= rivals.size()) return {0, Status("not_applicable")};
    if (rivals.size() < 2 && settings_.peer() == DePeer::none)
      return {0, Status("too_few_conditions")};
    if (masked.size() >= change.size()) return {0, Status("too_few_genes")};
    auto const which = distance_ == "l1"   ? Distance::l1
                       : distance_ == "l2" ? Distance::l2
                                           : Distance::cosine;
    for (auto const gene : masked) change[gene] = 0;
    double const length = length_of(change);
    std::vector<double> distances, rival;
    for (auto const& values : rivals) {
      rival = values;
      for (auto const gene : masked) rival[gene] = 0;
      distances.push_back(distance_of(which, change, rival, length, length_of(rival)));
    }
    return {1 - ahead(distances, place) / divisor(rivals.size()), {}};
  }

  double divisor(std::size_t conditions) const {
    bool const all = setting(denominator_, "p-1", "p") == "p";
    return static_cast<double>(std::max<std::size_t>(all ? conditions : conditions - 1, 1));
  }

  /// Rivals nearer than the own measured change, equal ones as `ties` says.
  double ahead(std::vector<double> const& distances, std::size_t place) const {
    auto const ties = setting(ties_, "half", "order");
    double rank = 0;
    for (std::size_t q = 0; q < distances.size(); ++q) {
      if (q == place) continue;
      if (distances[q] < distances[place]) rank += 1;
      if (distances[q] != distances[place]) continue;
      rank += ties == "half" ? 0.5 : ties == "against" || q < place ? 1 : 0;
    }
    return rank;
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
