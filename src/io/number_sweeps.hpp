#pragma once
#include <bit>
#include <cstdint>
#include <type_traits>

/// Passes over numbers that convert and check at once, free of branches so that they vectorise.
namespace pertscale {

/// Gathers whether a number was NaN or infinite: its exponent is all ones, so that one more
/// overflows into the sign.
class StrangeNumbers {
 public:
  template <class Number>
  void see(Number value) {
    if constexpr (std::is_same_v<Number, float>)
      narrow_ |= (std::bit_cast<std::uint32_t>(value) & 0x7F80'0000U) + 0x0080'0000U;
    else if constexpr (std::is_same_v<Number, double>)
      wide_ |=
          (std::bit_cast<std::uint64_t>(value) & 0x7FF0'0000'0000'0000U) + 0x0010'0000'0000'0000U;
  }
  bool any() const { return (narrow_ >> 31U) != 0 || (wide_ >> 63U) != 0; }

 private:
  std::uint32_t narrow_ = 0;
  std::uint64_t wide_ = 0;
};

/// Numbers to doubles; returns whether one was NaN or infinite.
template <class Number>
bool widen(Number const* from, std::int64_t count, double* to) {
  StrangeNumbers strange;
  for (std::int64_t i = 0; i < count; ++i) {
    strange.see(from[i]);
    to[i] = static_cast<double>(from[i]);
  }
  return strange.any();
}

/// Indices to 32 bits; returns where the first outside [0, extent) is, or `count`. `from` may be
/// `to`.
template <class Index>
std::int64_t narrow(Index const* from, std::int64_t count, std::int64_t extent, std::int32_t* to) {
  using Word = std::conditional_t<sizeof(Index) == 8, std::uint64_t, std::uint32_t>;
  auto const last = static_cast<Word>(extent - 1);
  Word outside = 0;  // its highest bit: the index is negative, or extent - 1 - index is
  for (std::int64_t i = 0; i < count; ++i) {
    auto const index = static_cast<Word>(from[i]);  // NOLINT(bugprone-signed-char-misuse): a sign
    outside |= index | (last - index);
  }
  constexpr unsigned top = 8 * sizeof(Word) - 1;
  if ((outside >> top) != 0) {
    std::int64_t first = 0;
    while (((static_cast<Word>(from[first]) | (last - static_cast<Word>(from[first]))) >> top) == 0)
      ++first;
    return first;
  }
  if constexpr (std::is_same_v<Index, std::int32_t>)
    if (from == to) return count;
  for (std::int64_t i = 0; i < count; ++i)
    to[i] = static_cast<std::int32_t>(from[i]);  // NOLINT(bugprone-signed-char-misuse): no sign
  return count;
}

}  // namespace pertscale
