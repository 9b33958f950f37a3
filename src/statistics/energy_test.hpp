#pragma once
#include <cstdint>

#include "core/random.hpp"
#include "statistics/energy_distance.hpp"

namespace pertscale {

struct EnergyTestOptions {
  int runs = 1000;  ///< permutations, at least 1
  std::uint64_t memory = std::uint64_t{256}
                         << 20;  ///< bytes for kept distances (not squared Euclidean)
};

struct EnergyTest {
  double distance = 0;  ///< E of the labels as measured; NaN where a group has no term
  double p = 0;         ///< max(1, permutations with E* >= E) / runs; NaN with the distance
};

/// E-test of scPerturb (Peidli et al. 2024): cells of both groups are pooled and their labels
/// shuffled `runs` times, group sizes kept. E* counts as reaching E from 1e-12 of the pool's mean
/// distance below it, so that a permutation that repeats the measured labels always does.
/// With a `gaussian` form it is the permutation test of MMD^2 (Gretton et al. 2012); of the linear
/// kernel the squared Euclidean plain form is (twice MMD^2).
/// A permutation draws the smaller group only: its sums (squared Euclidean, O(min(n, m) d)) or the
/// distances within it (others, O(min(n, m)^2)) give every term, the pool's totals being known.
/// Those distances of the pool are computed once and kept where they fit into `memory`, else
/// those of the drawn group are computed again; p is the same.
EnergyTest energy_test(Points const& a, Points const& b, EnergyForm const& form,
                       EnergyTestOptions const& options, RandomStream random);

}  // namespace pertscale
