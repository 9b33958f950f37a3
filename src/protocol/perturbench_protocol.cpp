#include "protocol/perturbench_protocol.hpp"

#include <fmt/format.h>

namespace pertscale {

namespace {

void declare_shares(OptionList& options, PerturbenchShares& shares) {
  options.add("held-out-fraction", shares.held_out, "largest share held out in a context")
      .greater_than(0)
      .at_most(1);
  options.add("most-held-out", shares.most, "most conditions held out in a context").at_least(1);
  options
      .add("test-fraction", shares.test, "share of what is held out that is test, not validation")
      .greater_than(0)
      .at_most(0.99);
}

}  // namespace

void PerturbenchProtocol::declare_common(OptionList& options, PerturbenchShares& shares) {
  options.add("seeds", seeds_, "seeds of the draws (that program's own: 54)");
  declare_shares(options, shares);
  score_on_.declare(options, "test");
}

void TransferProtocol::declare_transfer(OptionList& options) {
  declare_common(options, transfer_.shares);
  options
      .add("min-train-contexts", transfer_.min_train_contexts,
           "a condition of so many contexts or fewer is trained on in all of them")
      .at_least(1);
  options
      .add("max-held-out-contexts", transfer_.max_held_out_contexts,
           "most contexts that a condition of every context is held out in")
      .at_least(1);
}

void TransferProtocol::require_contexts(Labels const& labels, ScreenNaming const& naming) const {
  auto const contexts = static_cast<std::int64_t>(labels.contexts().size());
  if (contexts < 2)
    throw NotServed(fmt::format(
        "dataset '{}' has only one context; a transfer between contexts needs two or more, so "
        "set context-column, or use another protocol",
        naming.dataset));
  if (transfer_.max_held_out_contexts >= contexts)
    throw UserError(fmt::format(
        "max-held-out-contexts={} leaves nothing to train on in the {} contexts of dataset '{}'; "
        "set it to at most {}",
        transfer_.max_held_out_contexts, contexts, naming.dataset, contexts - 1));
}

}  // namespace pertscale
