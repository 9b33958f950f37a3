#pragma once
#include <array>
#include <cmath>
#include <cstdint>

#include "data/moment_sums.hpp"

namespace pertscale {

/// log1p of a count times `target` over its cell's library size. Within a cell, small counts recur:
/// each is logged once.
class CountLogs {
 public:
  CountLogs(MomentSums::Row const& row, double target, double total)
      : row_(row), target_(target), total_(total) {}
  MomentSums::Encoded operator()(double count) {
    if (count >= kept_.size()) return row_.encode(std::log1p(count * target_ / total_));
    auto const at = static_cast<std::size_t>(count);
    if ((known_ >> at & 1U) == 0) {
      kept_[at] = row_.encode(std::log1p(count * target_ / total_));
      known_ |= 1U << at;
    }
    return kept_[at];
  }

 private:
  MomentSums::Row const& row_;
  double target_, total_;
  std::array<MomentSums::Encoded, 32> kept_;
  std::uint32_t known_ = 0;
};

}  // namespace pertscale
