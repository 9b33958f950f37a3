#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/random.hpp"
#include "protocol/score_on.hpp"
#include "protocol/split_builder.hpp"

namespace pertscale {
namespace {

/// The folds of CellSimBench (Mejia, Miller et al. 2025). Singles: every condition is tested once
/// over five folds; of the other four fifths an eighth is validation (70:10:20). Combinations: all
/// singles are trained on, half of the combinations is tested in each of two folds, the other half
/// is trained on and validated in equal parts. Sizes are its own; its program was not at hand, so
/// the members are drawn by a counter-based stream.
class Cellsimbench final : public Protocol {
 public:
  void declare(OptionList& options) override {
    options
        .add("variant", variant_,
             "singles: five folds of all conditions; combinations: two folds of the combinations")
        .one_of({"singles", "combinations"});
    options.add("seeds", seeds_, "seeds of the shuffles (that program's own: 42)");
    score_on_.declare(options, "test");
  }

  std::vector<PerturbationSplit> splits(Labels const& labels,
                                        ScreenNaming const& naming) const override {
    bool const singles = variant_ == "singles";
    std::vector<std::size_t> dealt, always;
    for (auto const c : perturbed_conditions(labels))
      (singles || labels.conditions()[c].order() > 1 ? dealt : always).push_back(c);
    std::size_t const folds = singles ? 5 : 2;
    if (!singles && dealt.empty())
      throw NotServed(
          fmt::format("dataset '{}' has no combination of perturbations; use "
                      "variant=singles",
                      naming.dataset));
    if (dealt.size() < 2 * folds)
      throw UserError(fmt::format(
          "dataset '{}' holds {} conditions to deal out and cellsimbench variant={} needs {}; use "
          "cross-validation, or a larger screen",
          naming.dataset, dealt.size(), variant_, 2 * folds));
    std::vector<PerturbationSplit> out;
    for (auto const seed : seeds_)
      for (std::size_t f = 0; f < folds; ++f) {
        auto split = fold_of(shuffled(dealt, seed), f, folds);
        split.train.insert(split.train.end(), always.begin(), always.end());
        split.groups = order_labels(labels);
        require_both_sides(split, scores_validation(), "cellsimbench", naming.dataset);
        out.push_back(over_contexts(labels, split, fmt::format("{}.{}", seed, f + 1)));
      }
    return out;
  }

  bool scores_validation() const override { return score_on_.with_validation(false); }

 private:
  std::vector<std::size_t> shuffled(std::vector<std::size_t> const& items,
                                    std::int64_t seed) const {
    std::vector<std::size_t> out;
    RandomStream random(static_cast<std::uint64_t>(seed), "cellsimbench/" + variant_);
    for (auto const i : random.permutation(items.size())) out.push_back(items[i]);
    return out;
  }

  /// Every `folds`-th of the order is tested; of the others the first share is validation: an
  /// eighth of singles, half of combinations.
  static ConditionSplit fold_of(std::vector<std::size_t> const& order, std::size_t fold,
                                std::size_t folds) {
    ConditionSplit split;
    std::vector<std::size_t> rest;
    for (std::size_t i = 0; i < order.size(); ++i)
      (i % folds == fold ? split.test : rest).push_back(order[i]);
    double const share = folds == 2 ? 0.5 : 0.125;
    auto const n = static_cast<std::size_t>(std::lround(share * static_cast<double>(rest.size())));
    for (std::size_t i = 0; i < rest.size(); ++i)
      (i < n ? split.validation : split.train).push_back(rest[i]);
    return split;
  }

  std::string variant_ = "singles";
  Seeds seeds_{1};
  ScoreOn score_on_;
};

Registered<Protocol> const registered{{
    .name = "cellsimbench",
    .summary = "five folds of conditions 70:10:20, or two folds of combinations, each tested once",
    .source = "CellSimBench: Mejia, Miller et al. 2025",
    .traits = {},
    .make = [] { return std::make_unique<Cellsimbench>(); },
}};

}  // namespace
}  // namespace pertscale
