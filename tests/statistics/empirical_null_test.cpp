#include "statistics/empirical_null.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>

#include "core/random.hpp"
#include "csv_table.hpp"
#include "shared_data.hpp"
#include "statistics/interactions.hpp"

using namespace pertscale;

namespace {

/// The sample of expected_null.py: a logistic body, longer to the right.
std::vector<double> skewed_sample() {
  std::vector<double> out;
  for (int i = 0; i < 2000; ++i) {
    double const share = (i + 0.5) / 2000, body = std::log(share / (1 - share));
    out.push_back(0.05 * body + (body > 0 ? 0.004 * body * body : 0));
  }
  return out;
}

/// `n` values spread evenly from `from` to `to`, both ends taken.
void spread(std::size_t n, double from, double to, std::vector<double>& out) {
  for (std::size_t i = 0; i < n; ++i)
    out.push_back(from + (to - from) * static_cast<double>(i) / static_cast<double>(n - 1));
}

}  // namespace

TEST_CASE("the empirical null is that of the same steps written in NumPy") {
  auto const values = skewed_sample();
  auto const null = empirical_null(values);
  REQUIRE(null.status.ok());

  // expected_null.py
  CHECK(null.mean == Approx(-0.00254425494612).epsilon(1e-8));
  CHECK(null.sd == Approx(0.0792641436333).epsilon(1e-8));
  CHECK(null.null_share == Approx(0.929739979912).epsilon(1e-8));
  CHECK(null.misfit == Approx(0.121441159133).epsilon(1e-6));
  CHECK(null.fitted.at(60) == Approx(19.1316403985).epsilon(1e-6));
  CHECK(null.fdr.at(80) == Approx(0.00585628585429).epsilon(1e-6));
  CHECK(null.local_fdr(0.21) == Approx(0.329796902847).epsilon(1e-6));
  auto const thresholds = interaction_thresholds(null, values, 0.05);
  CHECK(thresholds.low == Approx(-0.3173193979).epsilon(1e-9));
  CHECK(thresholds.high == Approx(0.277872919002).epsilon(1e-9));
}

TEST_CASE("local rates are interpolated between centres and constant beyond") {
  EmpiricalNull null;
  null.centres = {-1, 0, 2};
  null.fdr = {0.1, 1, 0.4};

  CHECK(null.local_fdr(-5) == 0.1);
  CHECK(null.local_fdr(-1) == 0.1);
  CHECK(null.local_fdr(-0.5) == Approx(0.55));
  CHECK(null.local_fdr(0) == 1);
  CHECK(null.local_fdr(1.5) == Approx(0.55));
  CHECK(null.local_fdr(2) == 0.4);
  CHECK(null.local_fdr(9) == 0.4);
}

// The mean and mean square inside the window are those that the fitted normal has there
// (the likelihood's equations), with the expectations by plain summation over a fine grid.
TEST_CASE("the truncated normal has the moments of the values in the window") {
  std::vector<double> sorted;
  RandomStream stream(5, "truncated");
  for (int i = 0; i < 4000; ++i) sorted.push_back(0.3 + 0.2 * stream.normal());
  std::sort(sorted.begin(), sorted.end());

  auto const fit = fit_truncated_normal(sorted, 0.25, 0.3, {});

  REQUIRE(fit.status.ok());
  double seen = 0, seen_square = 0, inside = 0;
  for (auto const z : sorted)
    if (std::fabs(z - 0.25) <= 0.3) {
      seen += z;
      seen_square += z * z;
      inside += 1;
    }
  double mass = 0, mean = 0, square = 0;
  for (int i = 0; i < 20000; ++i) {
    double const z = -0.05 + 0.6 * (i + 0.5) / 20000, t = (z - fit.mean) / fit.sd;
    double const weight =
        std::exp(-t * t / 2) / fit.sd / std::sqrt(2 * std::numbers::pi) * 0.6 / 20000;
    mass += weight;
    mean += weight * z;
    square += weight * z * z;
  }
  CHECK(mean / mass == Approx(seen / inside).epsilon(1e-6));
  CHECK(square / mass == Approx(seen_square / inside).epsilon(1e-6));
  CHECK(fit.null_share == Approx(inside / 4000 / mass).epsilon(1e-6));
  CHECK(fit.mean == Approx(0.3).margin(0.02));
  CHECK(fit.sd == Approx(0.2).margin(0.02));
}

// Nine tenths N(0.01, 0.05^2), the rest far out: the null, its share, and where the true local rate
// is 0.05.
TEST_CASE("the null of a simulated mixture is found") {
  RandomStream stream(11, "mixture");
  std::vector<double> values;
  for (int i = 0; i < 40000; ++i) {
    bool const interaction = stream.uniform() < 0.1;
    double const side = stream.uniform() < 0.7 ? 1 : -1;
    values.push_back(interaction ? side * 0.3 + 0.06 * stream.normal()
                                 : 0.01 + 0.05 * stream.normal());
  }
  auto const normal = [](double x, double d, double s) {
    return std::exp(-(x - d) * (x - d) / (2 * s * s)) / s;
  };
  auto const true_rate = [&](double x) {
    double const of_null = 0.9 * normal(x, 0.01, 0.05);
    return of_null / (of_null + 0.07 * normal(x, 0.3, 0.06) + 0.03 * normal(x, -0.3, 0.06));
  };

  auto const null = empirical_null(values);
  REQUIRE(null.status.ok());
  auto const thresholds = interaction_thresholds(null, values, 0.05);

  CHECK(null.mean == Approx(0.01).margin(0.002));
  CHECK(null.sd == Approx(0.05).margin(0.002));
  CHECK(null.null_share == Approx(0.9).margin(0.02));
  CHECK(null.local_fdr(0) == 1);
  CHECK(null.local_fdr(0.35) < 0.01);
  CHECK(true_rate(thresholds.high) == Approx(0.05).margin(0.04));
  CHECK(true_rate(thresholds.low) == Approx(0.05).margin(0.04));
}

TEST_CASE("the order of the values does not matter") {
  auto values = skewed_sample();
  auto const before = empirical_null(values);
  std::vector<double> other;
  for (auto const i : RandomStream(3, "order").permutation(values.size()))
    other.push_back(values[i]);
  auto const after = empirical_null(other);

  CHECK(after.mean == before.mean);
  CHECK(after.fdr == before.fdr);
  CHECK(interaction_thresholds(after, other, 0.05).low ==
        interaction_thresholds(before, values, 0.05).low);
}

TEST_CASE("values that have no null say why") {
  CHECK(empirical_null({}).status.word() == "too_few_values");
  CHECK(empirical_null(std::vector<double>(119, 0.5)).status.word() == "too_few_values");
  CHECK(empirical_null(std::vector<double>(500, 0.5)).status.word() == "constant");
}

TEST_CASE("a null alone leaves no threshold") {
  RandomStream stream(2, "null");
  std::vector<double> values;
  for (int i = 0; i < 20000; ++i) values.push_back(stream.normal());
  auto const null = empirical_null(values);
  REQUIRE(null.status.ok());

  CHECK(null.null_share == Approx(1).margin(0.02));
  auto const thresholds = interaction_thresholds(null, values, 1e-9);
  CHECK(std::isinf(thresholds.low));
  CHECK(std::isinf(thresholds.high));
  CHECK_FALSE(thresholds.outside(1e6));
}

// The histogram stops at 0.446 on both sides, 299 of 124,000 values lie beyond. The bins span the
// range, so its ends matter: -1.67 is stated; the right end is not. With 1.1 the density fits as
// badly as the rebuilt sample's (misfit 82 there, 1.2 gives 38, 1.0 gives 121), whatever the shape
// of the tails.
TEST_CASE("locfdr's figures of the interactions of Norman et al. return from the histogram") {
  auto const file = shared_file("golden/norman-interaction-deviation-histogram.csv");
  if (!file) return;
  CsvTable const table(*file);
  std::vector<double> values;
  for (std::size_t bin = 0; bin < table.rows(); ++bin) {
    auto const count = static_cast<std::size_t>(std::lround(table.number(bin, "count_total")));
    double const centre = table.number(bin, "bin_center");
    for (std::size_t i = 0; i < count; ++i)
      values.push_back(centre +
                       0.01 * ((static_cast<double>(i) + 0.5) / static_cast<double>(count) - 0.5));
  }
  std::size_t const beyond = 124000 - values.size();
  spread(beyond * 3 / 10, -0.446, -1.67, values);
  spread(beyond - beyond * 3 / 10, 0.446, 1.1, values);
  REQUIRE(values.size() == 124000);

  auto const null = empirical_null(values);
  REQUIRE(null.status.ok());
  auto const thresholds = interaction_thresholds(null, values, 0.05);

  CHECK(null.sd == Approx(0.059).margin(0.001));
  CHECK(null.mean == Approx(0.0069).margin(0.0005));
  CHECK(null.null_share == Approx(0.842).margin(0.005));
  CHECK(thresholds.low == Approx(-0.2142).margin(0.002));
  CHECK(thresholds.high == Approx(0.2027).margin(0.002));
  CHECK(null.misfit == Approx(82).margin(8));
}
