#include "io/number_sweeps.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <utility>

using namespace pertscale;

namespace {

template <class Number>
bool strange(Number value) {
  StrangeNumbers seen;
  seen.see(Number{1});
  seen.see(value);
  return seen.any();
}

template <class Number>
void check_strange() {
  using Limits = std::numeric_limits<Number>;
  for (Number const value : {Number{0}, -Number{0}, Limits::max(), Limits::lowest(), Limits::min(),
                             Limits::denorm_min(), Number{-3.5}})
    CHECK_FALSE(strange(value));
  for (Number const value : {Limits::infinity(), -Limits::infinity(), Limits::quiet_NaN(),
                             -Limits::quiet_NaN(), Limits::signaling_NaN()})
    CHECK(strange(value));
}

/// Where the first index outside is, by narrow and one by one.
template <class Index>
void check_narrow(std::int64_t extent) {
  using Limits = std::numeric_limits<Index>;
  std::vector<Index> const edges{Limits::min(),
                                 Limits::max(),
                                 Index{0},
                                 Index{1},
                                 static_cast<Index>(extent - 1),
                                 static_cast<Index>(extent)};
  for (Index const edge : edges) {
    std::vector<Index> const values{0, 1, edge, 0};
    std::vector<std::int32_t> out(4, -1);
    bool const inside = std::cmp_greater_equal(edge, 0) && std::cmp_less(edge, extent);
    INFO(+edge << " of " << extent);
    CHECK(narrow(values.data(), 4, extent, out.data()) == (inside ? 4 : 2));
    if (inside) CHECK(out == std::vector<std::int32_t>{0, 1, static_cast<std::int32_t>(edge), 0});
  }
}

}  // namespace

TEST_CASE("NaN and infinity are told from every other number") {
  check_strange<float>();
  check_strange<double>();
  CHECK_FALSE(strange(std::numeric_limits<std::int64_t>::min()));
}

TEST_CASE("an index outside is found, of any type and extent") {
  for (std::int64_t const extent :
       {std::int64_t{2}, std::int64_t{100}, std::int64_t{300}, std::int64_t{70'000},
        std::int64_t{std::numeric_limits<std::int32_t>::max()}}) {
    check_narrow<std::int8_t>(extent);
    check_narrow<std::uint8_t>(extent);
    check_narrow<std::int16_t>(extent);
    check_narrow<std::uint16_t>(extent);
    check_narrow<std::int32_t>(extent);
    check_narrow<std::uint32_t>(extent);
    check_narrow<std::int64_t>(extent);
    check_narrow<std::uint64_t>(extent);
  }
}

TEST_CASE("numbers widen to the same values") {
  std::vector<float> const values{0, -1.5F, 3e38F};
  std::vector<double> out(3);
  CHECK_FALSE(widen(values.data(), 3, out.data()));
  CHECK(out == std::vector<double>(values.begin(), values.end()));
}
