#pragma once
#include <cstdint>
#include <vector>

namespace pertscale {

/// One value of a gene: its order-preserving bit pattern and the group its cell is in.
template <class Key>
struct RankEntry {
  Key key;
  std::uint32_t group;
};

/// Bit patterns whose unsigned order is the order of the numbers. -0 and 0 differ, so zeros are
/// left out beforehand.
std::uint32_t ordered_bits(float value);
std::uint64_t ordered_bits(double value);
double value_of(std::uint32_t bits);
double value_of(std::uint64_t bits);

/// Sorts by key. Entries of equal keys end in some order. Radix sort of 11-bit digits from the
/// least; a digit that all keys share is skipped. Of 64-bit keys the upper 33 bits are sorted so,
/// and runs that agree in them by comparison. `scratch` keeps its memory between calls.
void radix_sort(std::vector<RankEntry<std::uint32_t>>& entries,
                std::vector<RankEntry<std::uint32_t>>& scratch);
void radix_sort(std::vector<RankEntry<std::uint64_t>>& entries,
                std::vector<RankEntry<std::uint64_t>>& scratch);

inline std::uint32_t ordered_bits(float value) {
  auto const bits = __builtin_bit_cast(std::uint32_t, value);
  return bits ^ ((bits >> 31) != 0 ? 0xffffffffU : 0x80000000U);
}
inline std::uint64_t ordered_bits(double value) {
  auto const bits = __builtin_bit_cast(std::uint64_t, value);
  return bits ^ ((bits >> 63) != 0 ? ~std::uint64_t{0} : std::uint64_t{1} << 63);
}
inline double value_of(std::uint32_t bits) {
  return static_cast<double>(
      __builtin_bit_cast(float, bits ^ ((bits >> 31) != 0 ? 0x80000000U : 0xffffffffU)));
}
inline double value_of(std::uint64_t bits) {
  return __builtin_bit_cast(
      double, bits ^ ((bits >> 63) != 0 ? std::uint64_t{1} << 63 : ~std::uint64_t{0}));
}

}  // namespace pertscale
