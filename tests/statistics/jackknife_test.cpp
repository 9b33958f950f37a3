#include "statistics/jackknife.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

using namespace pertscale;

namespace {

/// The definition, cell by cell.
double plain(Matrix const& counts, double target) {
  auto const n = static_cast<double>(counts.rows());
  double sum = 0;
  for (Eigen::Index g = 0; g < counts.cols(); ++g) {
    std::vector<double> left;
    double mean = 0;
    for (Eigen::Index i = 0; i < counts.rows(); ++i) {
      double const rest = counts.sum() - counts.row(i).sum();
      left.push_back(std::log1p(target * (counts.col(g).sum() - counts(i, g)) / rest));
      mean += left.back() / n;
    }
    for (double const value : left) sum += (value - mean) * (value - mean);
  }
  return (n - 1) / n * sum;
}

}  // namespace

TEST_CASE("log of summed counts") {
  std::vector<double> out(2);
  log_of_sums(std::vector<double>{1, 3}, 4, 8, out);
  CHECK(out[0] == Approx(std::log(3.0)));
  CHECK(out[1] == Approx(std::log(7.0)));
  log_of_sums(std::vector<double>{0, 0}, 0, 8, out);
  CHECK(out == std::vector<double>{0, 0});
}

TEST_CASE("delete-one-cell variance by hand and by its definition") {
  Matrix two(2, 2);
  two << 1, 0, 0, 1;  // leaving one out: (0, log 5) and (log 5, 0) at target 4
  double const step = std::log(5.0);
  CHECK(jackknife_variance(two, 4) == Approx(0.5 * 2 * step * step / 2));

  Matrix four(4, 3);
  four << 5, 0, 2, 3, 1, 0, 0, 7, 1, 2, 2, 2;
  CHECK(jackknife_variance(four, 5e4) == Approx(plain(four, 5e4)).epsilon(1e-12));
}

TEST_CASE("cells in proportion have no sampling error; one cell or no counts have none either") {
  Matrix same(3, 2);
  same << 1, 2, 2, 4, 3, 6;
  CHECK(jackknife_variance(same, 1e4) == Approx(0).margin(1e-20));
  CHECK(jackknife_variance(Matrix::Ones(1, 2), 1e4) == 0);
  CHECK(jackknife_variance(Matrix::Zero(3, 2), 1e4) == 0);
}
