#pragma once
#include <cstdint>
#include <functional>
#include <numeric>
#include <span>

/// Sums whose bits do not depend on ranks, alignment or schedule.
namespace pertscale {

/// Sum in the order of the span. Error at most (n-1) 2^-53 sum |x|.
inline double ordered_sum(std::span<double const> values) {
  double sum = 0;
  for (double const value : values) sum += value;
  return sum;
}

/// Sum of f(i) for i = 0..n-1, in that order, as eight interleaved partial sums (so that the
/// compiler may vectorise without changing the result), added pairwise at the end.
/// Error at most (n/8 + 3) 2^-53 sum |f|.
template <class Term>
double ordered_sum(std::size_t n, Term&& term) {
  double part[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (std::size_t k = 0; k < 8; ++k) part[k] += term(i + k);
  for (std::size_t k = 0; i < n; ++i, ++k) part[k] += term(i);
  return ((part[0] + part[4]) + (part[2] + part[6])) + ((part[1] + part[5]) + (part[3] + part[7]));
}

/// Fixed-point numbers in 64 bits: adding them is exact, so any order gives the same bits.
/// With up to `count` terms of absolute value at most `bound`, the grid is the finest 2^-bits whose
/// total cannot overflow; each term is rounded once, by at most 2^-(bits+1).
class FixedPoint {
 public:
  FixedPoint(std::int64_t count, double bound);

  int bits() const { return bits_; }
  double scale() const { return scale_; }
  std::int64_t encode(double value) const { return __builtin_llrint(value * scale_); }
  double decode(std::int64_t sum) const { return static_cast<double>(sum) * inverse_; }

 private:
  int bits_;
  double scale_, inverse_;
};

}  // namespace pertscale
