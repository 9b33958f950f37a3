#pragma once
#include <span>

#include "core/sums.hpp"

namespace pertscale {

/// Mean in the order of ordered_sum; not a number of no values.
inline double mean_of(std::span<double const> values) {
  return ordered_sum(values.size(), [&](std::size_t i) { return values[i]; }) /
         static_cast<double>(values.size());
}

}  // namespace pertscale
