#include "core/sums.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace pertscale {

FixedPoint::FixedPoint(std::int64_t count, double bound) {
  if (count < 1 || !(bound > 0)) throw InternalError("FixedPoint needs a count and a bound");
  // total < 2^62: one bit for the sign and one to spare for rounding
  double const total = static_cast<double>(count) * bound;
  bits_ = std::min(52, 62 - static_cast<int>(std::ceil(std::log2(total))));
  scale_ = std::ldexp(1.0, bits_);
  inverse_ = std::ldexp(1.0, -bits_);
}

}  // namespace pertscale
