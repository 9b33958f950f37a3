#pragma once
#include <vector>

#include "data/matrix.hpp"

namespace pertscale {

/// Pearson's r of two profiles of one length, in [-1, 1]; two passes (means first). Not a number
/// where a profile is constant: ask `is_constant` first.
double pearson_r(Profile a, Profile b);

/// Ranks 1..n; equal values share the mean of their ranks.
std::vector<double> average_ranks(Profile values);

}  // namespace pertscale
