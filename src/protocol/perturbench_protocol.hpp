#pragma once
#include <memory>
#include <vector>

#include "protocol/perturbench_splits.hpp"
#include "protocol/score_on.hpp"

namespace pertscale {

/// What the protocols of PerturBench share.
class PerturbenchProtocol : public Protocol {
 public:
  bool scores_validation() const final { return score_on_.with_validation(false); }

 protected:
  /// Adds `seeds`, the shares that are held out, and `score-on`.
  void declare_common(OptionList& options, PerturbenchShares& shares);
  template <class Draw>
  std::vector<PerturbationSplit> each_seed(Draw draw) const {
    std::vector<PerturbationSplit> out;
    for (auto const seed : seeds_) out.push_back(draw(static_cast<std::uint32_t>(seed)));
    return out;
  }

  Seeds seeds_{1};

 private:
  ScoreOn score_on_;
};

/// Those that move between contexts.
class TransferProtocol : public PerturbenchProtocol {
 protected:
  void declare_transfer(OptionList& options);
  /// NotServed with one context; UserError where nothing would be trained on.
  void require_contexts(Labels const& labels, ScreenNaming const& naming) const;

  TransferOptions transfer_{.shares = {}, .min_train_contexts = 1, .max_held_out_contexts = 1};
};

template <class Kind>
PartInfo<Protocol> perturbench_part(char const* name, char const* summary, bool pools) {
  return {name,
          summary,
          "PerturBench: Wu et al. 2024, arXiv 2408.10609v4",
          {.pools_contexts = pools},
          [] { return std::make_unique<Kind>(); }};
}

}  // namespace pertscale
