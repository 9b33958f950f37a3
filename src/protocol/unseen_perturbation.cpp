#include "protocol/gears_split.hpp"
#include "protocol/score_on.hpp"

namespace pertscale {
namespace {

/// Held-out target genes: the GEARS `simulation` split (see gears_split.hpp). Every variant draws
/// alike; `nature-methods` also scores the validation part, as that benchmark does (section 2.3).
class UnseenPerturbation final : public Protocol {
 public:
  void declare(OptionList& options) override {
    options.add("seeds", seeds_, "seeds of the draws, one split each");
    options
        .add(
            "variant", variant_,
            "published form: all draw the GEARS simulation split; nature-methods scores validation")
        .one_of({"default", "nature-methods", "systema", "csendes"});
    options.add("train-gene-fraction", fractions_.genes, "share of the targets that is trained on")
        .greater_than(0)
        .at_most(1);
    options
        .add("combo-seen2-train-fraction", fractions_.seen_combinations,
             "share trained on of the combinations whose targets are all training genes")
        .at_least(0)
        .at_most(1);
    score_on_.declare(options, "test; nature-methods: test+validation");
  }

  std::vector<PerturbationSplit> splits(Labels const& labels,
                                        ScreenNaming const& naming) const override {
    std::vector<PerturbationSplit> out;
    for (auto const seed : seeds_) {
      auto const split = gears_split(labels, fractions_, static_cast<std::uint32_t>(seed));
      require_both_sides(split, scores_validation(), "unseen-perturbation", naming.dataset);
      out.push_back(over_contexts(labels, split, std::to_string(seed)));
    }
    return out;
  }

  bool scores_validation() const override {
    return score_on_.with_validation(variant_ == "nature-methods");
  }

 private:
  Seeds seeds_{1};
  std::string variant_ = "default";
  GearsFractions fractions_;
  ScoreOn score_on_;
};

Registered<Protocol> const registered{{
    .name = "unseen-perturbation",
    .summary = "target genes are held out, with every perturbation that needs them",
    .source = "GEARS simulation split: Roohani et al. 2023, Nat. Biotechnol.; used by Systema, "
              "Csendes et al. 2025 and Ahlmann-Eltze et al. 2025",
    .traits = {},
    .make = [] { return std::make_unique<UnseenPerturbation>(); },
}};

}  // namespace
}  // namespace pertscale
