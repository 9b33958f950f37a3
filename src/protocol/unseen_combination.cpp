#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/numpy_random.hpp"
#include "protocol/score_on.hpp"
#include "protocol/split_builder.hpp"

namespace pertscale {
namespace {

/// Singles, control and a share of the combinations (order >= 2) are trained on; of the rest, half
/// is test and half validation (Nature Methods 2025, section 2.2). One NumPy stream a seed draws
/// first the training combinations, then the test ones. Both variants draw alike: `default` scores
/// test, `nature-methods` pools test and validation, as the paper does.
class UnseenCombination final : public Protocol {
 public:
  void declare(OptionList& options) override {
    options.add("seeds", seeds_, "seeds of the draws, one split each");
    options
        .add("variant", variant_,
             "published form: same draw; nature-methods also scores validation")
        .one_of({"default", "nature-methods"});
    options.add("train-fraction", train_fraction_, "share of the combinations that is trained on")
        .at_least(0)
        .at_most(1);
    score_on_.declare(options, "test; nature-methods: test+validation");
  }

  std::vector<PerturbationSplit> splits(Labels const& labels,
                                        ScreenNaming const& naming) const override {
    std::vector<std::size_t> singles, combinations;
    for (auto const c : perturbed_conditions(labels))
      (labels.conditions()[c].order() == 1 ? singles : combinations).push_back(c);
    if (combinations.empty())
      throw NotServed(
          fmt::format("dataset '{}' has no combination of perturbations; use unseen-perturbation",
                      naming.dataset));

    std::vector<PerturbationSplit> out;
    for (auto const seed : seeds_) {
      ConditionSplit split = draw(combinations, static_cast<std::uint32_t>(seed));
      split.train.insert(split.train.end(), singles.begin(), singles.end());
      split.groups = order_labels(labels);
      require_both_sides(split, scores_validation(), "unseen-combination", naming.dataset);
      out.push_back(over_contexts(labels, split, std::to_string(seed)));
    }
    return out;
  }

  bool scores_validation() const override {
    return score_on_.with_validation(variant_ == "nature-methods");
  }

 private:
  ConditionSplit draw(std::vector<std::size_t> const& sorted, std::uint32_t seed) const {
    NumpyRandom random(seed);
    auto const choose = [&random](std::vector<std::size_t> const& from, std::size_t size) {
      std::vector<std::size_t> chosen;
      for (auto const i : random.choice(from.size(), size)) chosen.push_back(from[i]);
      return chosen;
    };
    ConditionSplit split;
    auto const share = train_fraction_ * static_cast<double>(sorted.size());
    split.train = choose(sorted, static_cast<std::size_t>(share));
    auto const rest = without(sorted, split.train);
    split.test = choose(rest, rest.size() / 2);
    split.validation = without(rest, split.test);
    return split;
  }

  Seeds seeds_{1};
  std::string variant_ = "default";
  double train_fraction_ = 0.5;
  ScoreOn score_on_;
};

Registered<Protocol> const registered{{
    .name = "unseen-combination",
    .summary = "combinations are held out; all singles and part of the combinations are trained on",
    .source = "Ahlmann-Eltze et al. 2025, Nat. Methods, doi 10.1038/s41592-025-02772-6",
    .traits = {},
    .make = [] { return std::make_unique<UnseenCombination>(); },
}};

}  // namespace
}  // namespace pertscale
