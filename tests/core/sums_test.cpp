#include "core/sums.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "core/error.hpp"
#include "core/random.hpp"

using namespace pertscale;

TEST_CASE("an ordered sum equals a plain loop within its bound") {
  std::vector<double> values;
  RandomStream random(1, "sums");
  for (int i = 0; i < 1003; ++i) values.push_back(random.normal() * 1e3);
  double total = 0, absolute = 0;
  for (double const value : values) {
    total += value;
    absolute += std::fabs(value);
  }
  double const sum = ordered_sum(values.size(), [&](std::size_t i) { return values[i]; });
  CHECK(std::fabs(sum - total) <= 1003 * 0x1p-53 * absolute);
  CHECK(ordered_sum(values) == total);
}

TEST_CASE("fixed-point sums are the same bits in any order") {
  std::vector<double> values;
  RandomStream random(2, "fixed");
  for (int i = 0; i < 5000; ++i) values.push_back(random.normal() * 3);
  FixedPoint const grid(5000, 32);
  auto const total = [&] {
    std::int64_t sum = 0;
    for (double const value : values) sum += grid.encode(value);
    return sum;
  };

  auto const before = total();
  std::reverse(values.begin(), values.end());

  CHECK(total() == before);
  double plain = 0;
  for (double const value : values) plain += value;
  CHECK(std::fabs(grid.decode(before) - plain) <= 5000 * std::ldexp(1.0, -grid.bits() - 1) + 1e-9);
}

TEST_CASE("the grid is as fine as overflow allows") {
  CHECK(FixedPoint(1, 1).bits() == 52);
  CHECK(FixedPoint(std::int64_t{1} << 21, 32).bits() == 36);
  FixedPoint const grid(std::int64_t{1} << 21, 32);
  double const largest = 32.0 * static_cast<double>(std::int64_t{1} << 21);
  CHECK(grid.decode(grid.encode(largest)) == largest);
  CHECK_THROWS_AS(FixedPoint(0, 1), InternalError);
}
