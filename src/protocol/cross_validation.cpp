#include <fmt/format.h>

#include <map>
#include <set>

#include "core/error.hpp"
#include "core/random.hpp"
#include "protocol/split_builder.hpp"

namespace pertscale {
namespace {

/// k-fold cross-validation: every perturbed condition, of any order, is held out once a seed.
/// `over=conditions` deals shuffled conditions out to folds. `over=targets` deals target genes out
/// and holds out every condition that perturbs a gene of the fold, so that no held-out gene is
/// trained on in any combination (a double of two folds is then tested twice).
/// Folds differ in size by at most one. The shuffle is counter-based, named by protocol and seed.
class CrossValidation final : public Protocol {
 public:
  void declare(OptionList& options) override {
    options.add("folds", folds_, "number of folds").at_least(2);
    options.add("seeds", seeds_, "seeds of the shuffles, `folds` splits each");
    options.add("over", over_, "what is dealt out to folds: conditions, or target genes")
        .one_of({"conditions", "targets"});
  }

  std::vector<PerturbationSplit> splits(Labels const& labels,
                                        ScreenNaming const& naming) const override {
    auto const perturbed = perturbed_conditions(labels);
    auto const targets = targets_of(labels, perturbed);
    std::size_t const items = by_target() ? targets.size() : perturbed.size();
    require_enough(items, naming.dataset);

    std::vector<PerturbationSplit> out;
    for (auto const seed : seeds_) {
      auto const fold = deal(items, seed);
      auto const held_out_in = by_target() ? folds_by_target(labels, perturbed, targets, fold)
                                           : folds_by_condition(fold);
      for (std::size_t f = 0; f < folds(); ++f) {
        ConditionSplit split;
        split.groups = order_labels(labels);
        for (std::size_t i = 0; i < perturbed.size(); ++i)
          (held_out_in[i].contains(f) ? split.test : split.train).push_back(perturbed[i]);
        require_both_sides(split, false, "cross-validation", naming.dataset);
        out.push_back(over_contexts(labels, split, fmt::format("{}.{}", seed, f + 1)));
      }
    }
    return out;
  }

 private:
  using Folds = std::set<std::size_t>;  ///< from 0

  bool by_target() const { return over_ == "targets"; }
  std::size_t folds() const { return static_cast<std::size_t>(folds_); }

  void require_enough(std::size_t items, std::string const& dataset) const {
    if (folds() <= items) return;
    throw UserError(fmt::format(
        "cross-validation folds={} exceeds the {} {} of dataset '{}'; {}", folds_, items,
        by_target() ? "target genes" : "perturbations", dataset,
        items < 2 ? "use a larger screen" : fmt::format("set folds to at most {}", items)));
  }

  /// The fold of each of n sorted items.
  std::vector<std::size_t> deal(std::size_t n, std::int64_t seed) const {
    auto const order =
        RandomStream(static_cast<std::uint64_t>(seed), "cross-validation").permutation(n);
    std::vector<std::size_t> fold(n);
    for (std::size_t i = 0; i < n; ++i) fold[order[i]] = i % folds();
    return fold;
  }

  static std::vector<Folds> folds_by_condition(std::vector<std::size_t> const& fold) {
    std::vector<Folds> out;
    for (auto const f : fold) out.push_back({f});
    return out;
  }

  /// For each perturbed condition the folds of its targets.
  static std::vector<Folds> folds_by_target(Labels const& labels,
                                            std::vector<std::size_t> const& perturbed,
                                            std::vector<std::string> const& targets,
                                            std::vector<std::size_t> const& fold) {
    std::map<std::string, std::size_t> fold_of;
    for (std::size_t i = 0; i < targets.size(); ++i) fold_of[targets[i]] = fold[i];
    std::vector<Folds> out;
    for (auto const c : perturbed) {
      Folds& folds = out.emplace_back();
      for (auto const& gene : labels.conditions()[c].targets) folds.insert(fold_of.at(gene));
    }
    return out;
  }

  int folds_ = 5;
  Seeds seeds_{1};
  std::string over_ = "conditions";
};

Registered<Protocol> const registered{{
    .name = "cross-validation",
    .summary = "k folds over all perturbations, or over target genes",
    .source = "k-fold cross-validation (Stone 1974, J. R. Stat. Soc. B 36:111)",
    .traits = {},
    .make = [] { return std::make_unique<CrossValidation>(); },
}};

}  // namespace
}  // namespace pertscale
