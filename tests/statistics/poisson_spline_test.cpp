#include "statistics/poisson_spline.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace pertscale;

namespace {

std::vector<double> grid(std::size_t n, double from, double to) {
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i)
    x[i] = from + (to - from) * static_cast<double>(i) / static_cast<double>(n - 1);
  return x;
}

}  // namespace

TEST_CASE("quantiles lie between order statistics as type 7 says") {
  std::vector<double> const sorted{1, 2, 4, 8};  // place share * 3

  CHECK(sorted_quantile(sorted, 0) == 1);
  CHECK(sorted_quantile(sorted, 0.25) == 1.75);
  CHECK(sorted_quantile(sorted, 0.5) == 3);
  CHECK(sorted_quantile(sorted, 0.9) == Approx(6.8));
  CHECK(sorted_quantile(sorted, 1) == 8);
  CHECK(sorted_quantile(std::vector<double>{5}, 0.3) == 5);
}

// With two degrees of freedom the knots are 0, 1/2 and 1; the third column is d_0 - d_1 with
// d_0(x) = x^3 and d_1(x) = (x - 1/2)_+^3 / (1 - 1/2).
TEST_CASE("the spline basis of two degrees of freedom, by hand") {
  auto const basis = natural_spline_basis(std::vector<double>{0, 1, 2, 3, 4}, 2);

  REQUIRE(basis.cols() == 3);
  for (Eigen::Index i = 0; i < 5; ++i) {
    double const x = static_cast<double>(i) / 4, above = std::max(x - 0.5, 0.0);
    CHECK(basis(i, 0) == 1);
    CHECK(basis(i, 1) == Approx(x));
    CHECK(basis(i, 2) == Approx(x * x * x - 2 * above * above * above));
  }
}

TEST_CASE("every column bends nowhere at the ends of the range") {
  auto const x = grid(1001, -3, 5);
  auto const basis = natural_spline_basis(x, 7);

  REQUIRE(basis.cols() == 8);
  double const h = 1e-3;  // of the unit interval
  for (Eigen::Index c = 0; c < basis.cols(); ++c) {
    auto const bend = [&](Eigen::Index i) {
      return (basis(i - 1, c) - 2 * basis(i, c) + basis(i + 1, c)) / (h * h);
    };
    double most = 0;
    for (Eigen::Index i = 1; i < 1000; ++i) most = std::max(most, std::fabs(bend(i)));
    CHECK(std::fabs(bend(1)) <= 0.02 * most + 1e-6);
    CHECK(std::fabs(bend(999)) <= 0.02 * most + 1e-6);
  }
}

TEST_CASE("Poisson regression of two groups gives their means") {
  Matrix design(5, 2);
  design << 1, 0, 1, 0, 1, 0, 1, 1, 1, 1;
  std::vector<double> const counts{2, 3, 7, 0, 11};

  auto const fit = poisson_regression(design, counts);

  REQUIRE(fit.status.ok());
  for (int i = 0; i < 3; ++i) CHECK(fit.fitted[static_cast<std::size_t>(i)] == Approx(4));
  for (int i = 3; i < 5; ++i) CHECK(fit.fitted[static_cast<std::size_t>(i)] == Approx(5.5));
  // 2 sum y log(y / mu): the sums of y - mu vanish in each group
  double const by_hand =
      2 * (2 * std::log(0.5) + 3 * std::log(0.75) + 7 * std::log(1.75) + 11 * std::log(2.0));
  CHECK(fit.deviance == Approx(by_hand));
}

TEST_CASE("Poisson regression solves the score equations on a spline") {
  auto const x = grid(60, -1, 1);
  auto const basis = natural_spline_basis(x, 5);
  std::vector<double> counts;
  for (auto const value : x) counts.push_back(std::floor(200 * std::exp(-8 * value * value)));

  auto const fit = poisson_regression(basis, counts);

  REQUIRE(fit.status.ok());
  for (Eigen::Index c = 0; c < basis.cols(); ++c) {
    double residual = 0, size = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      double const column = basis(static_cast<Eigen::Index>(i), c);
      residual += column * (counts[i] - fit.fitted[i]);
      size += std::fabs(column) * counts[i];
    }
    CHECK(std::fabs(residual) < 1e-6 * size);
  }
}

TEST_CASE("a design with a column too many is singular") {
  Matrix design(3, 2);
  design << 1, 2, 1, 2, 1, 2;

  CHECK(poisson_regression(design, std::vector<double>{1, 2, 3}).status.word() == "singular");
}
