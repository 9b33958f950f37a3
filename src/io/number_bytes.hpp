#pragma once
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace pertscale {

static_assert(std::endian::native == std::endian::little, "numbers in files are little-endian");

/// A plain value at byte `at`; the caller knows that it is there.
template <class Value>
Value value_at(std::string_view bytes, std::size_t at) {
  Value value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

/// IEEE 754 binary16: 1 bit sign, 5 exponent, 10 fraction.
inline double half_value(std::uint16_t bits) {
  int const exponent = (bits >> 10U) & 31U, fraction = bits & 1023U;
  double value = 0;
  if (exponent == 31)
    value = fraction != 0 ? std::nan("") : HUGE_VAL;
  else if (exponent == 0)
    value = std::ldexp(fraction, -24);
  else
    value = std::ldexp(1024 + fraction, exponent - 25);
  return (bits & 0x8000U) != 0 ? -value : value;
}

/// bfloat16: the upper half of a binary32.
inline double brain_value(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U);
}

}  // namespace pertscale
