#include "statistics/radix_sort.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "core/random.hpp"

using namespace pertscale;

TEST_CASE("radix sorting orders any numbers") {
  RandomStream random(2, "radix");
  std::vector<double> values;
  for (int i = 0; i < 5000; ++i) {
    double const value = random.normal() * std::pow(10.0, 6 * random.uniform() - 3);
    values.push_back(static_cast<double>(static_cast<float>(value)));
    if (i % 3 == 0) values.push_back(value + 1e-15 * random.uniform());  // runs of close values
    if (i % 5 == 0) values.push_back(1 + 1e-14 * static_cast<double>(random.below(9)));
  }
  std::vector<RankEntry<std::uint64_t>> wide, wide_scratch;
  std::vector<RankEntry<std::uint32_t>> narrow, narrow_scratch;
  for (auto const value : values) {
    wide.push_back({ordered_bits(value), 7});
    narrow.push_back({ordered_bits(static_cast<float>(value)), 7});
  }
  radix_sort(wide, wide_scratch);
  radix_sort(narrow, narrow_scratch);
  std::sort(values.begin(), values.end());
  for (std::size_t i = 0; i < values.size(); ++i) {
    REQUIRE(value_of(wide[i].key) == values[i]);
    REQUIRE(value_of(narrow[i].key) == static_cast<double>(static_cast<float>(values[i])));
  }
}
