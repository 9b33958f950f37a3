#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

/// Counter-based random numbers (Philox4x32-10, Salmon et al. 2011, by Random123). A stream is
/// named by what it is for, never by a rank or an order of work, so any rank draws the same
/// numbers.
namespace pertscale {

/// 64 bits from a unit's name ("bootstrap/l2/additive"): FNV-1a, then mixed.
std::uint64_t stream_key(std::string_view name);

/// The numbers of one unit. Two streams with different (seed, unit) are independent.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::uint64_t unit) : key_{seed}, unit_{unit} {}
  RandomStream(std::uint64_t seed, std::string_view unit) : RandomStream(seed, stream_key(unit)) {}

  std::uint32_t next();
  std::uint64_t next64();
  /// Uniform in (0, 1), 53 bits.
  double uniform();
  /// Uniform whole number in [0, bound), unbiased (rejection). bound > 0.
  std::uint64_t below(std::uint64_t bound);
  /// Standard normal (Box-Muller).
  double normal();
  /// Gamma with the given shape and scale 1 (Marsaglia and Tsang 2000).
  double gamma(double shape);
  /// Poisson (inversion below 10, PTRS of Hormann 1993 above).
  std::int64_t poisson(double mean);
  /// Fisher-Yates permutation of 0..n-1.
  std::vector<std::size_t> permutation(std::size_t n);

 private:
  std::uint64_t key_;
  std::uint64_t unit_;
  std::uint64_t block_ = 0;
  std::array<std::uint32_t, 4> words_{};
  int used_ = 4;
};

}  // namespace pertscale
