#pragma once
#include <array>
#include <cmath>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace pertscale {

/// log1p of a count that is scaled to a library size of `target`. The product comes first and is
/// divided once, so that equal ratios of count and library size give equal doubles.
inline double log_normalised(double count, double target, double total) {
  return std::log1p(count * target / total);
}

/// log1p of a count scaled to 1e6 a cell, divided in scanpy's order: the size factor first. Some
/// equal ratios of count and total become unequal doubles by it, as they do there.
inline double log_per_million(double count, double total) {
  return std::log1p(count / (total / 1e6));
}

/// log_normalised of the counts of one cell, as `encode` keeps it. Within a cell, small counts
/// recur: each is logged once.
template <class Encode>
class CountLogs {
 public:
  using Kept = std::invoke_result_t<Encode const&, double>;

  CountLogs(Encode encode, double target, double total)
      : encode_(std::move(encode)), target_(target), total_(total) {}
  Kept operator()(double count) {
    if (count >= static_cast<double>(kept_.size()))
      return encode_(log_normalised(count, target_, total_));
    auto const at = static_cast<std::size_t>(count);
    if ((known_ >> at & 1U) == 0) {
      kept_[at] = encode_(log_normalised(count, target_, total_));
      known_ |= 1U << at;
    }
    return kept_[at];
  }

 private:
  Encode encode_;
  double target_, total_;
  std::array<Kept, 32> kept_;
  std::uint32_t known_ = 0;
};

}  // namespace pertscale
