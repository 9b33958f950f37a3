#include <fmt/format.h>

#include <algorithm>
#include <map>

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
    bool const by_target = over_ == "targets";
    auto const targets = targets_of(labels, perturbed);
    auto const items = static_cast<int>(by_target ? targets.size() : perturbed.size());
    if (folds_ > items)
      throw UserError(fmt::format(
          "cross-validation folds={} exceeds the {} {} of dataset '{}'; "
          "set folds to at most {}",
          folds_, items, by_target ? "target genes" : "perturbations", naming.dataset, items));

    std::vector<PerturbationSplit> out;
    for (auto const seed : seeds_) {
      auto const fold = deal(static_cast<std::size_t>(items), seed);
      for (std::size_t f = 0; f < static_cast<std::size_t>(folds_); ++f) {
        auto const split = by_target ? hold_out_targets(labels, targets, fold, f)
                                     : hold_out_conditions(labels, fold, f);
        require_both_sides(split, false, "cross-validation", naming.dataset);
        out.push_back(over_contexts(labels, split, fmt::format("{}.{}", seed, f + 1)));
      }
    }
    return out;
  }

 private:
  /// Fold (from 0) of each of n sorted items.
  std::vector<std::size_t> deal(std::size_t n, std::int64_t seed) const {
    auto const order =
        RandomStream(static_cast<std::uint64_t>(seed), "cross-validation").permutation(n);
    std::vector<std::size_t> fold(n);
    for (std::size_t i = 0; i < n; ++i) fold[order[i]] = i % static_cast<std::size_t>(folds_);
    return fold;
  }

  static ConditionSplit hold_out_conditions(Labels const& labels,
                                            std::vector<std::size_t> const& fold, std::size_t f) {
    auto const perturbed = perturbed_conditions(labels);
    ConditionSplit split;
    split.groups = order_labels(labels);
    for (std::size_t i = 0; i < perturbed.size(); ++i)
      (fold[i] == f ? split.test : split.train).push_back(perturbed[i]);
    return split;
  }

  static ConditionSplit hold_out_targets(Labels const& labels,
                                         std::vector<std::string> const& targets,
                                         std::vector<std::size_t> const& fold, std::size_t f) {
    std::map<std::string, std::size_t> fold_of;
    for (std::size_t i = 0; i < targets.size(); ++i) fold_of[targets[i]] = fold[i];
    ConditionSplit split;
    split.groups = order_labels(labels);
    for (auto const c : perturbed_conditions(labels)) {
      auto const& genes = labels.conditions()[c].targets;
      bool const held_out = std::any_of(genes.begin(), genes.end(),
                                        [&](auto const& gene) { return fold_of.at(gene) == f; });
      (held_out ? split.test : split.train).push_back(c);
    }
    return split;
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
