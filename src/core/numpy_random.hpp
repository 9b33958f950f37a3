#pragma once
#include <cstdint>
#include <random>
#include <vector>

namespace pertscale {

/// NumPy's legacy generator, as far as the published splits need it: MT19937 seeded by
/// `init_genrand(seed)`, and `permutation` by Fisher-Yates with masked rejection.
/// Source: the specification of the Nature Methods 2025 benchmark, section 2.1.
class NumpyRandom {
 public:
  explicit NumpyRandom(std::uint32_t seed) : engine_(seed) {}

  std::uint32_t word() { return static_cast<std::uint32_t>(engine_()); }
  /// Uniform whole number in [0, max], inclusive.
  std::uint32_t interval(std::uint32_t max);
  /// `randint(low, high)`, without `high`; high - low of at most 2^32.
  std::int64_t randint(std::int64_t low, std::int64_t high) {
    return low + interval(static_cast<std::uint32_t>(high - 1 - low));
  }
  /// `numpy.random.permutation(n)`; `shuffle` of n items orders them so too.
  std::vector<std::size_t> permutation(std::size_t n);
  /// Indices of `choice(v, size, replace=False)`: the first `size` of a permutation of n.
  std::vector<std::size_t> choice(std::size_t n, std::size_t size);

 private:
  std::mt19937 engine_;
};

}  // namespace pertscale
