#include "core/random.hpp"

#include <Random123/philox.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

using pertscale::RandomStream;

// Known answers of Random123's kat_vectors for Philox4x32-10.
TEST_CASE("Philox gives its published words") {
  r123::Philox4x32::ctr_type const ones{{0xffffffffU, 0xffffffffU, 0xffffffffU, 0xffffffffU}};
  r123::Philox4x32::key_type const key{{0xffffffffU, 0xffffffffU}};
  auto const words = r123::Philox4x32{}(ones, key);
  CHECK(words[0] == 0x408f276dU);
  CHECK(words[1] == 0x41c83b0eU);
  CHECK(words[2] == 0xa20bc7c6U);
  CHECK(words[3] == 0x6d5451fdU);
}

TEST_CASE("a stream is named by its seed and unit") {
  CHECK(RandomStream(1, "a").next64() == RandomStream(1, "a").next64());
  CHECK(RandomStream(1, "a").next64() != RandomStream(1, "b").next64());
  CHECK(RandomStream(1, "a").next64() != RandomStream(2, "a").next64());
}

namespace {

template <class Draw>
std::pair<double, double> moments(int n, Draw&& draw) {
  double sum = 0, squares = 0;
  for (int i = 0; i < n; ++i) {
    double const value = draw();
    sum += value;
    squares += value * value;
  }
  return {sum / n, squares / n - (sum / n) * (sum / n)};
}

}  // namespace

TEST_CASE("draws have their distribution's mean and variance") {
  constexpr int n = 200000;
  RandomStream random(7, "moments");
  auto const check = [&](std::pair<double, double> const& got, double mean, double variance) {
    CHECK(got.first == Approx(mean).margin(6 * std::sqrt(variance / n)));
    CHECK(got.second == Approx(variance).epsilon(0.05));
  };
  check(moments(n, [&] { return random.uniform(); }), 0.5, 1.0 / 12);
  check(moments(n, [&] { return random.normal(); }), 0, 1);
  check(moments(n, [&] { return random.gamma(0.5); }), 0.5, 0.5);
  check(moments(n, [&] { return random.gamma(4); }), 4, 4);
  check(moments(n, [&] { return static_cast<double>(random.poisson(0.3)); }), 0.3, 0.3);
  check(moments(n, [&] { return static_cast<double>(random.poisson(45)); }), 45, 45);
  check(moments(n, [&] { return static_cast<double>(random.below(6)); }), 2.5, 35.0 / 12);
}

TEST_CASE("a permutation holds every number once") {
  auto order = RandomStream(3, "permutation").permutation(1000);
  CHECK_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  std::vector<std::size_t> all(1000);
  std::iota(all.begin(), all.end(), std::size_t{0});
  CHECK(order == all);
}
