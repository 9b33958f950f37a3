#include "statistics/radix_sort.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace pertscale {

namespace {

constexpr int digit_bits = 11, passes = 3;
constexpr std::size_t digits = std::size_t{1} << digit_bits;
/// Below it comparisons are faster than the histograms.
constexpr std::size_t small = 256;

template <class Key>
bool less(RankEntry<Key> const& a, RankEntry<Key> const& b) {
  return a.key < b.key;
}

/// The lowest bit that the passes look at.
template <class Key>
constexpr int lowest_bit() {
  return sizeof(Key) == 8 ? 64 - passes * digit_bits : 0;
}

template <class Key>
std::size_t digit(Key key, int pass) {
  return static_cast<std::size_t>(key >> (lowest_bit<Key>() + pass * digit_bits)) & (digits - 1);
}

template <class Key>
void sort_digits(std::vector<RankEntry<Key>>& entries, std::vector<RankEntry<Key>>& scratch) {
  std::array<std::array<std::uint32_t, digits>, passes> counts{};
  for (auto const& entry : entries)
    for (int pass = 0; pass < passes; ++pass)
      ++counts[static_cast<std::size_t>(pass)][digit(entry.key, pass)];
  scratch.resize(entries.size());
  for (int pass = 0; pass < passes; ++pass) {
    auto& count = counts[static_cast<std::size_t>(pass)];
    if (count[digit(entries.front().key, pass)] == entries.size()) continue;
    std::uint32_t start = 0;
    for (auto& c : count) {
      std::uint32_t const here = c;
      c = start;
      start += here;
    }
    for (auto const& entry : entries) scratch[count[digit(entry.key, pass)]++] = entry;
    entries.swap(scratch);
  }
}

/// Orders runs that agree in the bits that the passes looked at.
void sort_runs(std::vector<RankEntry<std::uint64_t>>& entries) {
  constexpr int shift = lowest_bit<std::uint64_t>();
  for (std::size_t begin = 0; begin < entries.size();) {
    std::size_t end = begin + 1;
    bool ordered = true;
    while (end < entries.size() && entries[end].key >> shift == entries[begin].key >> shift) {
      ordered = ordered && entries[end - 1].key <= entries[end].key;
      ++end;
    }
    if (!ordered)
      std::sort(entries.begin() + static_cast<std::ptrdiff_t>(begin),
                entries.begin() + static_cast<std::ptrdiff_t>(end), less<std::uint64_t>);
    begin = end;
  }
}

}  // namespace

void radix_sort(std::vector<RankEntry<std::uint32_t>>& entries,
                std::vector<RankEntry<std::uint32_t>>& scratch) {
  if (entries.size() < small)
    std::sort(entries.begin(), entries.end(), less<std::uint32_t>);
  else
    sort_digits(entries, scratch);
}

void radix_sort(std::vector<RankEntry<std::uint64_t>>& entries,
                std::vector<RankEntry<std::uint64_t>>& scratch) {
  if (entries.size() < small) {
    std::sort(entries.begin(), entries.end(), less<std::uint64_t>);
    return;
  }
  sort_digits(entries, scratch);
  sort_runs(entries);
}

}  // namespace pertscale
