#include "statistics/welch.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "statistics/rank_sums.hpp"

using namespace pertscale;

namespace {

/// Mean and unbiased variance in two passes.
SampleMoments moments_of(std::vector<double> const& values) {
  SampleMoments out;
  out.cells = static_cast<std::int64_t>(values.size());
  for (double const value : values) out.mean += value / static_cast<double>(values.size());
  for (double const value : values)
    out.variance += (value - out.mean) * (value - out.mean) / static_cast<double>(out.cells - 1);
  return out;
}

}  // namespace

TEST_CASE("three cells against two, by hand") {
  // t = (2 - 5) / sqrt(1/3 + 2/2), degrees = (4/3)^2 / ((1/3)^2 / 2 + 1^2 / 1) = 1.68421
  auto const test = welch_test({2, 1, 3}, {5, 2, 2});
  CHECK(test.score == Approx(-3 / std::sqrt(4.0 / 3)).epsilon(1e-15));
  CHECK(test.pvalue == Approx(student_two_sided(test.score, 32.0 / 19)).epsilon(1e-13));
  CHECK(welch_score({2, 1, 3}, {5, 2, 2}) == test.score);
}

TEST_CASE("Student's t with one and two degrees of freedom has a closed form") {
  for (double const t : {0.0, 1e-6, 0.3, 1.0, 7.0, 1e4}) {
    double const one = 1 - 2 * std::atan(t) / std::acos(-1.0);
    CHECK(student_two_sided(t, 1) == Approx(one).epsilon(1e-12).margin(1e-16));
    CHECK(student_two_sided(-t, 2) ==
          Approx(1 - t / std::sqrt(2 + t * t)).epsilon(1e-12).margin(1e-15));
  }
}

TEST_CASE("scipy.stats.ttest_ind_from_stats, equal_var=False") {
  struct Case {
    SampleMoments group, reference;
    double score, pvalue;
  };
  for (auto const& [group, reference, score, pvalue] :
       {Case{{1.5, 0.7, 12}, {0.9, 0.3, 40}, 2.338451288861871, 0.03478344023606748},
        Case{{0.2, 0.01, 5}, {0.21, 0.5, 3}, -0.024349237677883648, 0.9827388679055705},
        Case{{3, 0.5, 200}, {0.1, 0.4, 3000}, 56.51257281416188, 2.8949261102560185e-133},
        Case{{2.5, 1, 400}, {0.5, 0.9, 100000}, 39.928193818631144, 5.960012223284089e-142}}) {
    auto const test = welch_test(group, reference);
    CHECK(test.score == Approx(score).epsilon(1e-14));
    CHECK(test.pvalue == Approx(pvalue).epsilon(1e-11));
  }
  CHECK(welch_test({10, 0.5, 2000}, {0.1, 0.4, 30000}).pvalue == 0);
}

TEST_CASE("tails of Student's t, by mpmath with 40 digits") {
  CHECK(student_two_sided(2, 3) == Approx(0.13932596855884317685).epsilon(1e-14));
  CHECK(student_two_sided(-0.1, 7.5) == Approx(0.92296533206779018043).epsilon(1e-14));
  CHECK(student_two_sided(1e-5, 10) == Approx(0.99999221783232082205).epsilon(1e-14));
  CHECK(student_two_sided(12, 2.5) == Approx(0.0028362150300783238289).epsilon(1e-13));
  CHECK(student_two_sided(1, 1e7) == Approx(0.31731053205998594982).epsilon(1e-12));
  CHECK(student_two_sided(40, 300) == Approx(2.8524180395311875884e-122).epsilon(1e-11));
  CHECK(student_two_sided(38, 5000) == Approx(8.1866998204429139698e-278).epsilon(1e-10));
  CHECK(student_two_sided(37, 1e6) == Approx(1.8299730861802263061e-299).epsilon(1e-10));
  CHECK(student_two_sided(60, 1000) == 0);
  CHECK(student_two_sided(std::numeric_limits<double>::infinity(), 3) == 0);
}

TEST_CASE("no variance: 0/0 is no difference, anything else over 0 is certain") {
  auto const none = welch_test({0, 0, 5}, {0, 0, 9});
  CHECK(none.score == 0);
  CHECK(none.pvalue == 1);
  auto const certain = welch_test({1, 0, 5}, {2, 0, 9});
  CHECK(certain.score == -std::numeric_limits<double>::infinity());
  CHECK(certain.pvalue == 0);
  // squares of such errors underflow
  auto const small = welch_test({1e-120, 1e-240, 5}, {0, 1e-240, 9});
  CHECK(small.pvalue == Approx(welch_test({1, 1, 5}, {0, 1, 9}).pvalue).epsilon(1e-12));
}

TEST_CASE("one cell has no variance") {
  for (auto const& test : {welch_test({1, 0, 1}, {0, 1, 9}), welch_test({1, 1, 9}, {0, 0, 1}),
                           overestimated_variance_test({1, 1, 9}, {0, 0, 1})}) {
    CHECK(std::isnan(test.score));
    CHECK(std::isnan(test.pvalue));
  }
  CHECK(std::isnan(welch_score({1, 0, 1}, {0, 1, 9})));
}

TEST_CASE("t-test_overestim_var is Welch's test with the group's size on both sides") {
  auto const found = overestimated_variance_test({1.5, 0.7, 12}, {0.9, 0.3, 4000});
  auto const twin = welch_test({1.5, 0.7, 12}, {0.9, 0.3, 12});
  CHECK(found.score == twin.score);
  CHECK(found.pvalue == twin.pvalue);
}

TEST_CASE("pooled moments are those of all values") {
  std::vector<double> const a{1, 4, 2}, b{9, 8}, c{3};
  auto const all = moments_of({1, 4, 2, 9, 8, 3});
  auto const found = pooled(pooled(moments_of(a), moments_of(b)), {3, std::nan(""), 1});
  CHECK(found.mean == Approx(all.mean).epsilon(1e-15));
  CHECK(found.variance == Approx(all.variance).epsilon(1e-14));
  CHECK(found.cells == 6);

  auto const rest = rest_moments({moments_of(a), moments_of(b), {3, std::nan(""), 1}});
  auto const others = moments_of({1, 4, 2, 3});
  REQUIRE(rest.size() == 3);
  CHECK(rest[1].mean == Approx(others.mean).epsilon(1e-15));
  CHECK(rest[1].variance == Approx(others.variance).epsilon(1e-14));
  CHECK(rest[2].cells == 5);
  CHECK(rest_moments({{1, 1, 4}})[0].cells == 0);
}
