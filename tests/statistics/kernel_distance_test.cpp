#include "statistics/kernel_distance.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>

#include "statistics/random_points.hpp"

using namespace pertscale;

namespace {

/// Oracle: every pair of cells, one after another.
double plain_mmd(Matrix const& a, Matrix const& b,
                 std::function<double(Eigen::RowVectorXd, Eigen::RowVectorXd)> const& kernel,
                 bool unbiased) {
  auto const mean = [&](Matrix const& x, Matrix const& y, bool same) {
    double sum = 0;
    for (Eigen::Index i = 0; i < x.rows(); ++i)
      for (Eigen::Index j = 0; j < y.rows(); ++j)
        if (!(same && unbiased && i == j)) sum += kernel(x.row(i), y.row(j));
    auto const n = static_cast<double>(x.rows()), m = static_cast<double>(y.rows());
    return sum / (n * (same && unbiased ? m - 1 : m));
  };
  return mean(a, a, true) + mean(b, b, true) - 2 * mean(a, b, false);
}

double plain_median(Matrix const& a, Matrix const& b) {
  Matrix pool(a.rows() + b.rows(), a.cols());
  pool << a, b;
  std::vector<double> distances;
  for (Eigen::Index i = 0; i < pool.rows(); ++i)
    for (Eigen::Index j = 0; j < i; ++j) distances.push_back((pool.row(i) - pool.row(j)).norm());
  std::sort(distances.begin(), distances.end());
  std::size_t const n = distances.size();
  return n % 2 == 1 ? distances[n / 2] : (distances[n / 2 - 1] + distances[n / 2]) / 2;
}

}  // namespace

TEST_CASE("MMD of two points against one, by hand") {
  Matrix a(2, 1), b(1, 1);
  a << 0, 1;
  b << 3;

  // linear: (1/2 - 3)^2; poly of degree 2 = (x y)^2: within (0 + 0 + 0 + 1) / 4, 81, across 9 / 2
  CHECK(mmd_squared(a, b, {}) == Approx(6.25));
  CHECK(mmd_squared(a, b, {Kernel::poly}) == Approx(0.25 + 81 - 9));
  CHECK(mmd_squared(a, b, {Kernel::rbf, 0.5}) ==
        Approx((1 + std::exp(-0.5)) / 2 + 1 - std::exp(-4.5) - std::exp(-2)));
  CHECK(std::isnan(mmd_squared(a, b, {.unbiased = true})));
  CHECK(std::isnan(mmd_squared(Matrix(0, 1), b, {})));
}

TEST_CASE("every kernel equals the sum over pairs, across tiles") {
  Matrix const a = normals(290, 6, 1), b = normals(35, 6, 2, 0.2);
  for (bool const unbiased : {false, true}) {
    KernelForm form{.unbiased = unbiased};
    CHECK(mmd_squared(a, b, form) ==
          Approx(plain_mmd(
                     a, b, [](auto x, auto y) { return x.dot(y); }, unbiased))
              .margin(1e-12));
    form = {Kernel::poly, 0.3, false, unbiased, 3, 0.7};
    auto const cubic = [](auto x, auto y) { return std::pow(0.3 * x.dot(y) + 0.7, 3); };
    CHECK(mmd_squared(a, b, form) == Approx(plain_mmd(a, b, cubic, unbiased)).epsilon(1e-10));
    form = {Kernel::rbf, 0.1, false, unbiased};
    auto const gauss = [](auto x, auto y) { return std::exp(-0.1 * (x - y).squaredNorm()); };
    CHECK(mmd_squared(a, b, form) == Approx(plain_mmd(a, b, gauss, unbiased)).margin(1e-13));
    form = {.kernel = Kernel::rbf, .median = true, .unbiased = unbiased};
    double const s = plain_median(a, b);
    auto const scaled = [s](auto x, auto y) {
      return std::exp(-(x - y).squaredNorm() / (2 * s * s));
    };
    CHECK(mmd_squared(a, b, form) == Approx(plain_mmd(a, b, scaled, unbiased)).margin(1e-12));
  }
}

TEST_CASE("the median distance is exact, of an odd and an even number of pairs") {
  for (Eigen::Index const rows : {2, 3, 5, 6, 300}) {
    Matrix const a = normals(rows, 4, 3), b = normals(4, 4, 5, 1);
    CHECK(median_distance(a, b) == Approx(plain_median(a, b)).epsilon(1e-12));
  }
  Matrix const same = Matrix::Constant(6, 2, 3);
  CHECK(median_distance(same, same) == 0);
  CHECK(std::isnan(mmd_squared(same, same, {.kernel = Kernel::rbf, .median = true})));
  CHECK(std::isnan(median_distance(Matrix(0, 2), same.topRows(1))));
}

TEST_CASE("the unbiased form of two halves of one group may be negative, and is about zero") {
  int below = 0;
  double sum = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    double const value = mmd_squared(normals(30, 5, 10 + seed), normals(30, 5, 100 + seed),
                                     {.kernel = Kernel::rbf, .median = true, .unbiased = true});
    below += value < 0 ? 1 : 0;
    sum += value;
  }
  CHECK(below > 8);
  CHECK(std::fabs(sum / 40) < 0.01);
}
