#include "statistics/gene_distances.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "statistics/random_points.hpp"

using namespace pertscale;

namespace {

/// Oracle: both distribution functions at every value of either group.
double plain_ks(std::vector<double> const& a, std::vector<double> const& b) {
  auto const share = [](std::vector<double> const& x, double at) {
    return static_cast<double>(
               std::count_if(x.begin(), x.end(), [&](double v) { return v <= at; })) /
           static_cast<double>(x.size());
  };
  double largest = 0;
  for (auto const* from : {&a, &b})
    for (double const at : *from)
      largest = std::max(largest, std::fabs(share(a, at) - share(b, at)));
  return largest;
}

/// Oracle for groups of sizes n and m: n m equal pieces of each, in order.
double plain_wasserstein(std::vector<double> a, std::vector<double> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  double sum = 0;
  std::size_t const pieces = a.size() * b.size();
  for (std::size_t k = 0; k < pieces; ++k) sum += std::fabs(a[k / b.size()] - b[k / a.size()]);
  return sum / static_cast<double>(pieces);
}

double plain_rbf(std::vector<double> const& a, std::vector<double> const& b, double gamma) {
  auto const mean = [&](auto const& x, auto const& y) {
    double sum = 0;
    for (double const u : x)
      for (double const v : y) sum += std::exp(-gamma * (u - v) * (u - v));
    return sum / static_cast<double>(x.size() * y.size());
  };
  return mean(a, a) + mean(b, b) - 2 * mean(a, b);
}

/// Half of the values are exactly 0, as in expression.
Matrix sparse(Eigen::Index rows, std::uint64_t seed, double shift) {
  Matrix out = normals(rows, 20, seed, shift);
  return out.cwiseMax(0);
}

std::vector<double> column(Matrix const& from, Eigen::Index c) {
  std::vector<double> out;
  for (Eigen::Index i = 0; i < from.rows(); ++i) out.push_back(from(i, c));
  return out;
}

}  // namespace

TEST_CASE("one gene, by hand") {
  std::vector<double> const a{0, 0, 3}, b{0, 1};
  // F: 2/3 up to 3; G: 1/2 up to 1, then 1
  CHECK(wasserstein_1d(a, b) == Approx(1.0 / 6 + 2.0 / 3));
  CHECK(ks_statistic(a, b) == Approx(1.0 / 3));
  double const e1 = std::exp(-1), e4 = std::exp(-4), e9 = std::exp(-9);
  CHECK(rbf_mmd_1d(a, b, 1) ==
        Approx((5 + 4 * e9) / 9 + (2 + 2 * e1) / 4 - 2 * (2 + 2 * e1 + e9 + e4) / 6));
  CHECK(wasserstein_1d(a, a) == 0);
  CHECK(ks_statistic(a, a) == 0);
}

TEST_CASE("means over genes equal plain sums") {
  Matrix const a = sparse(31, 1, 0.1), b = sparse(17, 2, 0.4);
  double wasserstein = 0, ks = 0, rbf = 0;
  for (Eigen::Index c = 0; c < 20; ++c) {
    wasserstein += plain_wasserstein(column(a, c), column(b, c)) / 20;
    ks += plain_ks(column(a, c), column(b, c)) / 20;
    rbf += plain_rbf(column(a, c), column(b, c), 0.7) / 20;
  }
  CHECK(mean_gene_distance(a, b, GeneDistance::wasserstein) == Approx(wasserstein).epsilon(1e-12));
  CHECK(mean_gene_distance(a, b, GeneDistance::ks) == Approx(ks).epsilon(1e-12));
  CHECK(mean_gene_distance(a, b, GeneDistance::rbf_mmd, 0.7) == Approx(rbf).epsilon(1e-11));
}

TEST_CASE("t and the divergence of two groups on one gene, by hand") {
  Matrix a(2, 1), b(2, 1);
  a << 0, 2;
  b << 4, 8;
  // means 1 and 6, unbiased variances 2 and 8, population deviations 1 and 2
  CHECK(mean_gene_distance(a, b, GeneDistance::t) == Approx(5 / std::sqrt(5.0)).epsilon(1e-7));
  CHECK(mean_gene_distance(a, b, GeneDistance::sym_kldiv) ==
        Approx((1 + 25) / 8.0 + (4 + 25) / 2.0 - 1).epsilon(1e-7));
  CHECK(std::isnan(mean_gene_distance(a.topRows(1), b, GeneDistance::t)));
  CHECK(std::isnan(mean_gene_distance(Matrix(0, 1), b, GeneDistance::ks)));
  CHECK(std::isnan(mean_gene_distance(Matrix(2, 0), Matrix(2, 0), GeneDistance::ks)));
  CHECK(mean_gene_distance(a, a, GeneDistance::sym_kldiv) == Approx(0).margin(1e-12));
}
