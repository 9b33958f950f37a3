#pragma once
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace pertscale {

/// Python's `random.Random(seed)` as CPython 3.11 draws: MT19937 seeded by `init_by_array` with the
/// 32-bit words of |seed|. Published splits are drawn with it.
class CpythonRandom {
 public:
  explicit CpythonRandom(std::int64_t seed);

  std::uint32_t word() { return static_cast<std::uint32_t>(engine_()); }
  /// `random()`: uniform in [0, 1), 53 bits of two words.
  double random();
  /// `randrange(n)`: bits of n are drawn until they are below it. n > 0, below 2^32.
  std::uint32_t below(std::uint32_t n);
  /// `randint(low, high)`, both ends included.
  std::int64_t randint(std::int64_t low, std::int64_t high);
  /// Indices of `sample(range(n), k)`: from a pool, or by a set where k is small against n.
  std::vector<std::size_t> sample(std::size_t n, std::size_t k);

  /// `shuffle(items)`, in place.
  template <class T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i > 1; --i)
      std::swap(items[i - 1], items[below(static_cast<std::uint32_t>(i))]);
  }
  /// `choice(items)`; there must be one.
  template <class T>
  T const& choice(std::vector<T> const& items) {
    return items[below(static_cast<std::uint32_t>(items.size()))];
  }

 private:
  std::vector<std::size_t> sample_from_pool(std::size_t n, std::size_t k);
  std::vector<std::size_t> sample_by_set(std::size_t n, std::size_t k);

  std::mt19937 engine_;
};

}  // namespace pertscale
