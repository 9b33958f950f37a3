#pragma once
#include <array>
#include <cmath>
#include <cstdint>

#include "data/moment_sums.hpp"

namespace pertscale {

/// log1p of a count over its cell's size factor. Within a cell, small counts recur: each is
/// logged once.
class CountLogs {
 public:
  CountLogs(MomentSums::Row const& row, double size_factor) : row_(row), factor_(size_factor) {}
  MomentSums::Encoded operator()(double count) {
    if (count >= kept_.size()) return row_.encode(std::log1p(count / factor_));
    auto const at = static_cast<std::size_t>(count);
    if ((known_ >> at & 1U) == 0) {
      kept_[at] = row_.encode(std::log1p(count / factor_));
      known_ |= 1U << at;
    }
    return kept_[at];
  }

 private:
  MomentSums::Row const& row_;
  double factor_;
  std::array<MomentSums::Encoded, 32> kept_;
  std::uint32_t known_ = 0;
};

}  // namespace pertscale
