#include <fmt/format.h>

#include <algorithm>

#include "protocol/perturbench_protocol.hpp"
#include "protocol/split_builder.hpp"

namespace pertscale {
namespace {

class ContextTransfer final : public TransferProtocol {
 public:
  void declare(OptionList& options) override { declare_transfer(options); }
  std::vector<PerturbationSplit> splits(Labels const& labels,
                                        ScreenNaming const& naming) const override {
    require_contexts(labels, naming);
    return each_seed([&](std::uint32_t seed) {
      return perturbench_transfer(labels, naming, all_rows(labels), transfer_, seed);
    });
  }
};

class Combination final : public PerturbenchProtocol {
 public:
  void declare(OptionList& options) override {
    declare_common(options, shares_);
    options
        .add("variant", variant_,
             "combine: combinations are held out; inverse: singles that stand in combinations with "
             "no other held-out single")
        .one_of({"combine", "inverse"});
  }
  std::vector<PerturbationSplit> splits(Labels const& labels,
                                        ScreenNaming const& naming) const override {
    auto const perturbed = perturbed_conditions(labels);
    bool const served = std::any_of(perturbed.begin(), perturbed.end(), [&](std::size_t c) {
      return labels.conditions()[c].order() > 1;
    });
    if (!served)
      throw NotServed(
          fmt::format("dataset '{}' has no combination of perturbations; use "
                      "unseen-perturbation",
                      naming.dataset));
    auto const draw = variant_ == "combine" ? perturbench_combine : perturbench_inverse;
    return each_seed([&](std::uint32_t seed) { return draw(labels, naming, shares_, seed); });
  }

 private:
  PerturbenchShares shares_;
  std::string variant_ = "combine";
};

Registered<Protocol> const transfer{perturbench_part<ContextTransfer>(
    "context-transfer", "conditions are held out in some contexts and trained on in others", true)};
Registered<Protocol> const combination{perturbench_part<Combination>(
    "perturbench-combination",
    "combinations are held out in each context, or singles that others' combinations tell of",
    false)};

}  // namespace
}  // namespace pertscale
