#include "core/random.hpp"

#include <Random123/philox.h>

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace pertscale {

std::uint64_t stream_key(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (unsigned char const c : name) hash = (hash ^ c) * 0x100000001b3ULL;
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccdULL;
  hash ^= hash >> 33;
  return hash;
}

std::uint32_t RandomStream::next() {
  if (used_ == 4) {
    r123::Philox4x32::ctr_type const counter{
        {static_cast<std::uint32_t>(block_), static_cast<std::uint32_t>(block_ >> 32),
         static_cast<std::uint32_t>(unit_), static_cast<std::uint32_t>(unit_ >> 32)}};
    r123::Philox4x32::key_type const key{
        {static_cast<std::uint32_t>(key_), static_cast<std::uint32_t>(key_ >> 32)}};
    auto const words = r123::Philox4x32{}(counter, key);
    for (std::size_t i = 0; i < 4; ++i) words_[i] = words[i];
    ++block_;
    used_ = 0;
  }
  return words_[static_cast<std::size_t>(used_++)];
}

std::uint64_t RandomStream::next64() {
  std::uint64_t const high = next();
  return (high << 32) | next();
}

double RandomStream::uniform() { return (static_cast<double>(next64() >> 11) + 0.5) * 0x1p-53; }

std::uint64_t RandomStream::below(std::uint64_t bound) {
  std::uint64_t const limit = UINT64_MAX - UINT64_MAX % bound;
  std::uint64_t word = next64();
  while (word >= limit) word = next64();
  return word % bound;
}

double RandomStream::normal() {
  double const radius = std::sqrt(-2 * std::log(uniform()));
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

double RandomStream::gamma(double shape) {
  if (shape < 1) {
    double const power = std::pow(uniform(), 1 / shape);
    return gamma(shape + 1) * power;
  }
  double const d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  while (true) {
    double const x = normal(), v = std::pow(1 + c * x, 3);
    if (v > 0 && std::log(uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

std::int64_t RandomStream::poisson(double mean) {
  if (mean <= 0) return 0;
  if (mean < 10) {
    double const limit = std::exp(-mean);
    std::int64_t count = 0;
    for (double product = uniform(); product > limit; product *= uniform()) ++count;
    return count;
  }
  double const b = 0.931 + 2.53 * std::sqrt(mean), a = -0.059 + 0.02483 * b;
  double const inverse_alpha = 1.1239 + 1.1328 / (b - 3.4), vr = 0.9277 - 3.6224 / (b - 2);
  while (true) {
    double const u = uniform() - 0.5, v = uniform(), us = 0.5 - std::fabs(u);
    double const k = std::floor((2 * a / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= vr) return static_cast<std::int64_t>(k);
    if (k < 0 || (us < 0.013 && v > us)) continue;
    if (std::log(v) + std::log(inverse_alpha) - std::log(a / (us * us) + b) <=
        k * std::log(mean) - mean - std::lgamma(k + 1))
      return static_cast<std::int64_t>(k);
  }
}

std::vector<std::size_t> RandomStream::permutation(std::size_t n) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = n; i > 1; --i) std::swap(order[i - 1], order[below(i)]);
  return order;
}

}  // namespace pertscale
