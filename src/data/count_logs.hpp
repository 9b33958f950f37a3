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
/// equal ratios of count and total become unequal doubles by it, as they do there, and log1p makes
/// some of them equal again. Which, hangs on its last bit: numpy's is rounded correctly on all
/// values of golden/cell-eval, glibc's of double is not on 1 %. So it is taken in long double and
/// rounded once.
inline double log_per_million(double count, double total) {
  return static_cast<double>(std::log1p(static_cast<long double>(count / (total / 1e6))));
}

/// `log` of the counts of one cell. Within a cell, small counts recur: each is logged once.
template <class Log>
class CountLogs {
 public:
  using Kept = std::invoke_result_t<Log const&, double>;

  explicit CountLogs(Log log) : log_(std::move(log)) {}
  Kept operator()(double count) {
    if (count >= static_cast<double>(kept_.size())) return log_(count);
    auto const at = static_cast<std::size_t>(count);
    if ((known_ >> at & 1U) == 0) {
      kept_[at] = log_(count);
      known_ |= 1U << at;
    }
    return kept_[at];
  }

 private:
  Log log_;
  std::array<Kept, 32> kept_;
  std::uint32_t known_ = 0;
};

}  // namespace pertscale
