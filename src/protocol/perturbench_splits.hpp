#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "protocol/protocol.hpp"

/// The splits of PerturBench (Wu et al. 2024, arXiv 2408.10609), drawn with its generators over
/// conditions and contexts sorted by name. Its program draws over the order in which they first
/// appear in the cell table, which a protocol does not see: the same draw where that order is
/// sorted.
namespace pertscale {

struct PerturbenchShares {
  double held_out = 0.3;    ///< share of a context's conditions
  std::int64_t most = 200;  ///< of a context's conditions
  double test = 0.5;        ///< of what is held out; the rest is validation
};

struct TransferOptions {
  PerturbenchShares shares;
  std::int64_t min_train_contexts = 1;
  std::int64_t max_held_out_contexts = 2;
};

/// Rows of Labels that take part; the others are in no part of a split.
using TakenRows = std::vector<bool>;

/// Every row.
TakenRows all_rows(Labels const& labels);

/// `transfer`: conditions held out in some contexts and trained on in others. Conditions are
/// visited by falling number of their contexts; each draws one to max(pool - contexts +
/// max_held_out_contexts, 1) of the contexts where less than a share (counting control among the
/// conditions) is held out so far. A context with one held-out condition gives it up: it is in no
/// part. Controls are trained on, while that program splits their cells.
PerturbationSplit perturbench_transfer(Labels const& labels, ScreenNaming const& naming,
                                       TakenRows const& taken, TransferOptions const& options,
                                       std::uint32_t seed);

/// `combine`: a share of each context's combinations is held out; its singles are trained on.
PerturbationSplit perturbench_combine(Labels const& labels, ScreenNaming const& naming,
                                      PerturbenchShares const& shares, std::uint32_t seed);

/// `combine_inverse`: a share of each context's singles (counting control among them, as the
/// program does, which may even hold control out; here it is not drawn) is held out; a single that
/// shares a combination with one held out is passed over.
PerturbationSplit perturbench_inverse(Labels const& labels, ScreenNaming const& naming,
                                      PerturbenchShares const& shares, std::uint32_t seed);

}  // namespace pertscale
