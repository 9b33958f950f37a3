#include "core/vector_loops.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

// A sanitizer's own start-up comes after the choice of the form.
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__SANITIZE_ADDRESS__)
#define PERTSCALE_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define PERTSCALE_WIDE
#endif

namespace pertscale {

PERTSCALE_WIDE void squares_from_products(double norm, double const* norms, double* dots,
                                          std::size_t n) {
  for (std::size_t j = 0; j < n; ++j) {
    double const d = norm + norms[j] - 2 * dots[j];
    dots[j] = d > 0 ? d : 0;  // rounding may bring equal points below zero
  }
}

PERTSCALE_WIDE void take_roots(double* x, std::size_t n) {
  for (std::size_t j = 0; j < n; ++j) x[j] = std::sqrt(x[j]);
}

PERTSCALE_WIDE void take_exponentials(double* x, std::size_t n) {
  // exp(x) = 2^k exp(r), k = round(x / ln 2), |r| <= ln 2 / 2; exp(r) by its series to r^13 / 13!
  constexpr double magic = 0x1.8p52;  // adding it rounds to a whole number in the low bits
  constexpr double per_ln2 = 1.4426950408889634074;
  constexpr double ln2_high = 0x1.62e42fefa38p-1, ln2_low = 0x1.ef35793c7673p-45;
  for (std::size_t j = 0; j < n; ++j) {
    double const value = x[j];
    double const shifted = value * per_ln2 + magic;
    double const k = shifted - magic;
    double const r = (value - k * ln2_high) - k * ln2_low;
    double p = 1.0 / 6227020800.0;
    p = p * r + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    p = p * r * r + r + 1.0;
    std::uint64_t const power = std::bit_cast<std::uint64_t>(shifted) << 52;
    // all ones from -708 on, else 0; by the sign bit, since a comparison becomes a branch
    std::uint64_t const kept = (std::bit_cast<std::uint64_t>(value + 708.0) >> 63) - 1;
    x[j] = std::bit_cast<double>((std::bit_cast<std::uint64_t>(p) + power) & kept);
  }
}

PERTSCALE_WIDE void scaled_differences(double const* a, double const* b, double scale, double* out,
                                       std::size_t n) {
  for (std::size_t j = 0; j < n; ++j) out[j] = (a[j] - b[j]) * scale;
}

PERTSCALE_WIDE void add_to(double* sum, double const* x, std::size_t n) {
  for (std::size_t j = 0; j < n; ++j) sum[j] += x[j];
}

PERTSCALE_WIDE void add_four_to(double* sum, double const* const* x, std::size_t n) {
  double const *const a = x[0], *const b = x[1], *const c = x[2], *const d = x[3];
  for (std::size_t j = 0; j < n; ++j) sum[j] += (a[j] + b[j]) + (c[j] + d[j]);
}

PERTSCALE_WIDE double largest_of(double const* x, std::size_t n) {
  double part[8];
  for (std::size_t k = 0; k < 8; ++k) part[k] = x[k < n ? k : 0];
  std::size_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (std::size_t k = 0; k < 8; ++k) part[k] = x[i + k] > part[k] ? x[i + k] : part[k];
  for (; i < n; ++i) part[0] = x[i] > part[0] ? x[i] : part[0];
  return *std::max_element(part, part + 8);
}

PERTSCALE_WIDE double sum_of(double const* x, std::size_t n) {
  double part[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (std::size_t k = 0; k < 8; ++k) part[k] += x[i + k];
  for (std::size_t k = 0; i < n; ++i, ++k) part[k] += x[i];
  return ((part[0] + part[4]) + (part[2] + part[6])) + ((part[1] + part[5]) + (part[3] + part[7]));
}

}  // namespace pertscale
