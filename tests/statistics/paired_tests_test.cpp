#include "statistics/paired_tests.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "core/random.hpp"

using namespace pertscale;

// Figures: SciPy 1.10.1, python3 -c "from scipy import stats; print(stats.wilcoxon(a), ...)" with
// alternative="two-sided", "greater", "less", and stats.ttest_1samp(a, 0, alternative=...).

namespace {

void check(PairedTest const& found, double statistic, double two_sided, double greater,
           double less) {
  CHECK(found.statistic == Approx(statistic).epsilon(1e-13));
  CHECK(found.two_sided == Approx(two_sided).epsilon(1e-12));
  CHECK(found.greater == Approx(greater).epsilon(1e-12));
  CHECK(found.less == Approx(less).epsilon(1e-12));
}

std::vector<double> const a{1.5, -0.3, 2.1, 0.7, -1.1, 3.2, 0.4, 2.6};
std::vector<double> const tied{1, 2, -1, 3, 0, 2, -4, 5, 0, 6};

/// ((7 i) mod 61 - shift) / 10 + i / 1000, i = 1 .. n
std::vector<double> walk(int n, int shift) {
  std::vector<double> out;
  for (int i = 1; i <= n; ++i) out.push_back((7 * i % 61 - shift) / 10.0 + 0.001 * i);
  return out;
}

/// P(rank sum of positive signs <= w) by trying all signs of ranks 1 .. n.
double share_at_most(int n, int w) {
  int fine = 0;
  for (int signs = 0; signs < 1 << n; ++signs) {
    int sum = 0;
    for (int i = 0; i < n; ++i)
      if ((signs >> i & 1) != 0) sum += i + 1;
    fine += sum <= w ? 1 : 0;
  }
  return fine / std::pow(2.0, n);
}

}  // namespace

TEST_CASE("the exact signed-rank test is SciPy's, and that of all signs") {
  check(signed_rank_test(a), 31, 0.078125, 0.0390625, 0.97265625);
  CHECK(signed_rank_test(a).less == share_at_most(8, 31));
  // three positive differences: of eight signs one is as extreme
  check(signed_rank_test(std::vector<double>{3, 1, 2}), 6, 0.25, 0.125, 1);
  auto const fifty = signed_rank_test(walk(50, 20));
  CHECK(fifty.statistic == 989);
  CHECK(fifty.two_sided == Approx(0.0004885945525092694).epsilon(1e-12));
}

TEST_CASE("ties, zeros and more than fifty differences take the normal approximation") {
  // method="approx", zero_method="wilcox" and "pratt"
  check(signed_rank_test(tied), 28.5, 0.14050554128479997, 0.07025277064239999, 0.9297472293576);
  check(signed_rank_test(tied, ZeroDifferences::pratt), 40.5, 0.13632156488190367,
        0.06816078244095183, 0.9318392175590482);
  check(signed_rank_test(walk(60, 25)), 1230, 0.02040019092313837, 0.010200095461569185,
        0.9897999045384308);
}

TEST_CASE("signed ranks without a difference") {
  CHECK(std::isnan(signed_rank_test({}).two_sided));
  CHECK(signed_rank_test(std::vector<double>(7, 0.0)).two_sided == 1);
}

TEST_CASE("the paired t-test is SciPy's") {
  check(paired_t_test(a), 2.179144051363314, 0.06572371484862861, 0.03286185742431431,
        0.9671381425756858);
  // 1, 3: mean 2, sd sqrt(2), t = 2, one degree of freedom: p = 1 - 2 atan(2) / pi
  check(paired_t_test(std::vector<double>{1, 3}), 2, 1 - 2 * std::atan(2.0) / M_PI,
        0.5 - std::atan(2.0) / M_PI, 0.5 + std::atan(2.0) / M_PI);
  CHECK(paired_t_test(std::vector<double>(4, 0.0)).two_sided == 1);
  CHECK(paired_t_test(std::vector<double>(4, -2.0)).two_sided == 0);
  CHECK(paired_t_test(std::vector<double>(4, -2.0)).less == 0);
  CHECK(std::isnan(paired_t_test(std::vector<double>{1}).two_sided));
}

TEST_CASE("rows of a perturbation are averaged before they count, and its ratios are not") {
  // two perturbations; the second has two rows
  std::vector<PairedRow> const rows{{0, 3, 2}, {1, 1, 2}, {1, 6, 4}};
  Bootstrap const bootstrap(2, 1000, "test");
  auto const found = compare_paired(rows, 2, bootstrap);
  CHECK(found.units == 2);
  CHECK(found.difference == 0.75);  // (1 + (-1 + 2) / 2) / 2
  CHECK(found.ci_low == 0.5);
  CHECK(found.ci_high == 1);
  CHECK(found.ratio == Approx((1.5 + 0.5 + 1.5) / 3).epsilon(1e-15));
  CHECK(found.ratio_low == 1);     // a quarter of the resamples holds only the second
  CHECK(found.ratio_high == 1.5);  // a quarter only the first
  CHECK(found.signed_rank.two_sided == 0.5);
}

TEST_CASE("a ratio to a value that is not above zero is none") {
  std::vector<PairedRow> const rows{{0, 3, 2}, {1, 1, 0}};
  auto const found = compare_paired(rows, 2, Bootstrap(2, 100, "test"));
  CHECK(found.difference == 1);
  CHECK(std::isnan(found.ratio));
  CHECK(std::isnan(found.ratio_low));
  CHECK(std::isnan(compare_paired({}, 0, Bootstrap(0, 100, "test")).difference));
}

TEST_CASE("rounding is no difference") {
  std::vector<PairedRow> rows;
  for (std::size_t u = 0; u < 12; ++u) rows.push_back({u, 0.3 * (1 + 1e-15), 0.3});
  auto const found = compare_paired(rows, 12, Bootstrap(12, 100, "test"));
  CHECK(found.difference == 0);
  CHECK(found.signed_rank.two_sided == 1);
  CHECK(found.student.two_sided == 1);
  rows.front().model = 0.3 * (1 + 1e-11);
  CHECK(compare_paired(rows, 12, Bootstrap(12, 100, "test")).difference > 0);
}

TEST_CASE("models over the same perturbations share their resamples") {
  std::vector<PairedRow> rows, shifted;
  RandomStream random(3, "paired");
  for (std::size_t u = 0; u < 20; ++u) {
    double const model = random.uniform(), baseline = random.uniform();
    rows.push_back({u, model, baseline});
    shifted.push_back({u, model + 0.5, baseline});
  }
  Bootstrap const bootstrap(20, 500, "test");
  auto const one = compare_paired(rows, 20, bootstrap),
             two = compare_paired(shifted, 20, bootstrap);
  CHECK(two.ci_low - one.ci_low == Approx(0.5).epsilon(1e-12));
  CHECK(two.ci_high - one.ci_high == Approx(0.5).epsilon(1e-12));
}
