#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace pertscale {

/// Two parts of n items, ascending.
struct Halves {
  std::vector<std::size_t> first, second;
};

/// `train_test_split(items, stratify=strata, test_size=second_share, random_state=seed)` of
/// scikit-learn 1.9: ceil(second_share n) items go second, each stratum's share as near as whole
/// numbers allow. Every stratum must hold two items or more (InternalError).
Halves stratified_halves(std::vector<std::string> const& strata, double second_share,
                         std::uint32_t seed);

}  // namespace pertscale
