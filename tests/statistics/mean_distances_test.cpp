#include "statistics/mean_distances.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>

#include "core/random.hpp"
#include "statistics/random_points.hpp"

using namespace pertscale;

namespace {

using Values = std::vector<double>;

/// Oracle: tau_b over all pairs.
double plain_kendall(Values const& a, Values const& b) {
  double agree = 0, only_a = 0, only_b = 0, pairs = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      double const x = a[i] - a[j], y = b[i] - b[j];
      agree += x * y > 0 ? 1 : x * y < 0 ? -1 : 0;
      only_a += x != 0 ? 1 : 0;
      only_b += y != 0 ? 1 : 0;
      pairs += 1;
    }
  return (1 - agree / std::sqrt(only_a * only_b)) * pairs / 2;
}

}  // namespace

TEST_CASE("distances of two short profiles, by hand") {
  Values const a{1, 2, 3, 4}, b{1, 3, 2, 4}, constant{2, 2, 2, 2}, zero(4, 0);
  CHECK(pearson_distance(a, b) == Approx(0.2));
  CHECK(spearman_distance(a, Values{1, 9, 8, 100}) == Approx(0.2));
  CHECK(kendall_distance(a, b) == Approx(1));
  CHECK(cosine_distance(a, b) == Approx(1 - 29.0 / 30));
  CHECK(r2_distance(a, b) == Approx(2.0 / 5));
  CHECK(std::isnan(pearson_distance(a, constant)));
  CHECK(std::isnan(spearman_distance(constant, a)));
  CHECK(std::isnan(kendall_distance(a, constant)));
  CHECK(std::isnan(cosine_distance(a, zero)));
  CHECK(std::isnan(r2_distance(constant, a)));
}

TEST_CASE("Kendall's distance equals the count over pairs, with ties") {
  RandomStream random(1, "kendall");
  for (int trial = 0; trial < 30; ++trial) {
    Values a, b;
    for (int i = 0; i < 3 + trial * 3; ++i) {
      a.push_back(static_cast<double>(random.below(12)));
      b.push_back(static_cast<double>(random.below(5)));
    }
    if (std::minmax_element(b.begin(), b.end()).first == b.end()) continue;
    double const expected = plain_kendall(a, b);
    if (std::isfinite(expected)) CHECK(kendall_distance(a, b) == Approx(expected).margin(1e-9));
  }
}

TEST_CASE("Mahalanobis' distance by the inverse; none where the covariance is singular") {
  Matrix const a = normals(30, 3, 1), b = normals(5, 3, 2, 1);
  Matrix const about = a.rowwise() - a.colwise().mean();
  Eigen::MatrixXd const covariance = about.transpose() * about / 29;
  Eigen::VectorXd const apart = (a.colwise().mean() - b.colwise().mean()).transpose();
  CHECK(mahalanobis_distance(a, b) ==
        Approx(std::sqrt(apart.dot(Eigen::MatrixXd(covariance.inverse()) * apart))));
  CHECK(std::isnan(mahalanobis_distance(a.topRows(3), b)));
  Matrix flat = a;
  flat.col(2) = flat.col(0) * 2;
  CHECK(std::isnan(mahalanobis_distance(flat, b)));
}

TEST_CASE("densities of mean and variance: two genes a side, by hand") {
  Matrix a(2, 2), b(2, 2);
  a << 1, 2, 3, 6;  // means 2 and 4, population variances 1 and 4
  b << 1, 4, 5, 8;  // means 3 and 6, variances 4 and 4
  double const h = std::pow(2.0, -1.0 / 6);
  double const low = std::log(2.0), high = std::log(6.0), top = std::log(4.0);
  auto const density = [&](double x, double y, double m1, double v1, double m2, double v2) {
    return (std::exp(-std::hypot(x - m1, y - v1) / h) + std::exp(-std::hypot(x - m2, y - v2) / h)) /
           2 / (2 * std::numbers::pi * h * h);
  };
  double sum = 0;
  for (int i = 0; i < 100; ++i)
    for (int j = 0; j < 100; ++j) {
      double const x = low + (i - 0.5) * (high - low) / 98, y = (j - 0.5) * top / 98;
      double const apart =
          density(x, y, low, 0, top, top) - density(x, y, std::log(3.0), top, high, top);
      sum += apart * apart;
    }
  CHECK(mean_variance_distance(a, b) == Approx(sum / 10000).epsilon(1e-10));
  CHECK(std::isnan(mean_variance_distance(-a, b)));
  CHECK(std::isnan(mean_variance_distance(a.topRows(1), b)));  // no variance
}

TEST_CASE("distances by pertpy's names; a ratio to control") {
  CHECK(pertpy_distance_names().size() == 20);
  CHECK_FALSE(pertpy_distance("classifier_cp"));
  Matrix const measured = normals(20, 2, 1, 5), control = normals(20, 2, 2);
  ComparedCells const cells{measured, measured, control};
  auto const mse = *pertpy_distance("mse");
  for (auto const scaling : {Scaling::none, Scaling::control, Scaling::both})
    CHECK(compare_distance(mse, cells, scaling).value == 0);
  CHECK(compare_distance(mse, {measured, control, control}, Scaling::none).status.word() ==
        "zero_reference");
  CHECK(mse.of(Matrix(0, 2), control).status.word() == "too_few_cells");
  CHECK(pertpy_distance("t_test")->of(measured.topRows(1), control).status.word() == "undefined");
}
