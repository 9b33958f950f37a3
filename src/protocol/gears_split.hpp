#pragma once
#include <cstdint>

#include "protocol/split_builder.hpp"

namespace pertscale {

/// Shares that are trained on, of the outer split (train against test).
struct GearsFractions {
  double genes = 0.75;              ///< of the targets
  double seen_combinations = 0.75;  ///< of the combinations whose targets are all training genes
};

/// The `simulation` split of GEARS (Roohani et al. 2023) as Systema and Csendes et al. 2025 use it
/// (Systema notes, section 1.3), and the Nature Methods 2025 benchmark for singles (section 2.3).
///
/// One pass draws training genes T from the sorted targets. Singles of T are trained on, others are
/// `unseen_single`. A combination with k < order targets in T is held out as `seenk`. Of the sorted
/// combinations with every target in T a share, drawn from a generator seeded anew, is trained on;
/// the rest is `seen<order>` (`seen2` for doubles). Held out by the first pass: test. The training
/// conditions pass through the same again with both shares 0.9 and the same seed; held out by the
/// second pass: validation, whose labels count the genes of the second draw. GEARS knows singles
/// and doubles only; the rule for higher orders is the same rule said for any order.
ConditionSplit gears_split(Labels const& labels, GearsFractions const& fractions,
                           std::uint32_t seed);

}  // namespace pertscale
