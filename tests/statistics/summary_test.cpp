#include "statistics/summary.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "core/random.hpp"

using namespace pertscale;

TEST_CASE("mean, median and spread of four rows") {
  Bootstrap const bootstrap(3, 200, "test");
  auto const s = summarise({{0, 1}, {1, 2}, {2, 4}, {2, 9}}, 2, bootstrap);
  CHECK(s.n == 4);
  CHECK(s.missing == 2);
  CHECK(s.mean == 4);
  CHECK(s.median == 3);
  CHECK(s.sd == Approx(std::sqrt(38.0 / 3)));
  CHECK(s.ci_low >= 1);
  CHECK(s.ci_high <= 6.5);
}

TEST_CASE("the interval of equal values has no width") {
  Bootstrap const bootstrap(4, 100, "test");
  auto const s = summarise({{0, 2}, {1, 2}, {2, 2}, {3, 2}}, 0, bootstrap);
  CHECK(s.ci_low == 2);
  CHECK(s.ci_high == 2);
}

TEST_CASE("perturbations are resampled, not rows") {
  // One perturbation with many rows: every resample holds it or not, so rows must not count as
  // units.
  std::vector<SummaryValue> values;
  for (int i = 0; i < 50; ++i) values.push_back({0, 10});
  values.push_back({1, 0});
  Bootstrap const bootstrap(2, 2000, "test");
  double low = 0, high = 0;
  bootstrap.interval(values, low, high);
  CHECK(low == 0);    // a quarter of the resamples holds only the second
  CHECK(high == 10);  // a quarter only the first
}

TEST_CASE("the interval covers the mean's normal approximation") {
  std::vector<SummaryValue> values;
  RandomStream random(1, "values");
  for (std::size_t i = 0; i < 400; ++i) values.push_back({i, random.normal()});
  auto const s = summarise(values, 0, Bootstrap(400, 4000, "test"));
  double const half = 1.96 * s.sd / 20;
  CHECK(s.ci_low == Approx(s.mean - half).margin(0.015));
  CHECK(s.ci_high == Approx(s.mean + half).margin(0.015));
}

TEST_CASE("one name gives the same resamples, no value gives no number") {
  std::vector<SummaryValue> const values{{0, 1}, {1, 5}, {2, 3}};
  double a = 0, b = 0, c = 0, d = 0;
  Bootstrap(3, 500, "x").interval(values, a, b);
  Bootstrap(3, 500, "x").interval(values, c, d);
  CHECK(a == c);
  CHECK(b == d);
  auto const none = summarise({}, 7, Bootstrap(0, 10, "x"));
  CHECK(none.n == 0);
  CHECK(none.missing == 7);
}
