#include "solver/coordinate_descent.hpp"

#include <Eigen/Cholesky>
#include <catch2/catch.hpp>
#include <cmath>

#include "core/random.hpp"
#include "solver/backwards_algebra.hpp"
#include "solver/elastic_net_fit.hpp"

using namespace pertscale;

namespace {

RowMatrix normals(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed) {
  RandomStream stream(seed, "normals");
  RowMatrix out(rows, columns);
  for (Eigen::Index i = 0; i < rows; ++i)
    for (Eigen::Index j = 0; j < columns; ++j) out(i, j) = stream.normal();
  return out;
}

/// Outputs that follow a few features, with noise.
RowMatrix made_outputs(RowMatrix const& x, Eigen::Index outputs, std::uint64_t seed) {
  RowMatrix w = normals(x.cols(), outputs, seed);
  for (Eigen::Index j = 0; j < w.rows(); ++j)
    if (j % 3 != 0) w.row(j).setZero();
  return x * w + 0.5 * normals(x.rows(), outputs, seed + 1);
}

struct Plain {
  Eigen::VectorXd w;
  int sweeps = 0;
  double gap = 0;
};

/// The textbook form, one output: residuals are kept and updated (scikit-learn's _cd_fast.pyx).
Plain plain_descent(Eigen::MatrixXd const& x, Eigen::VectorXd const& y, double l1, double l2,
                    int max_iter, double tol) {
  Plain out{Eigen::VectorXd::Zero(x.cols())};
  Eigen::VectorXd r = y;
  double const reach = std::min(1.0, l1 / (x.transpose() * y).cwiseAbs().maxCoeff());
  out.gap = 0.5 * y.squaredNorm() + 0.5 * reach * reach * y.squaredNorm() - reach * r.dot(y);
  if (out.gap <= tol * y.squaredNorm()) return out;
  while (out.sweeps < max_iter) {
    ++out.sweeps;
    double change = 0, size = 0;
    for (Eigen::Index j = 0; j < x.cols(); ++j) {
      if (x.col(j).isZero(0)) continue;
      double const old = out.w[j], square = x.col(j).squaredNorm();
      double const t = x.col(j).dot(r) + square * old;
      out.w[j] = std::copysign(std::max(std::abs(t) - l1, 0.0), t) / (square + l2);
      r -= x.col(j) * (out.w[j] - old);
      change = std::max(change, std::abs(out.w[j] - old));
      size = std::max(size, std::abs(out.w[j]));
    }
    if (size != 0 && change > tol * size && out.sweeps < max_iter) continue;
    double const slope = (x.transpose() * r - l2 * out.w).cwiseAbs().maxCoeff();
    double const c = slope > l1 ? l1 / slope : 1;
    out.gap = 0.5 * r.squaredNorm() * (1 + c * c) + l1 * out.w.cwiseAbs().sum() - c * r.dot(y) +
              0.5 * l2 * (1 + c * c) * out.w.squaredNorm();
    if (out.gap <= tol * y.squaredNorm()) break;
  }
  return out;
}

Descent descent(RowMatrix const& x, RowMatrix const& y, double l1, double l2, double tol,
                int max_iter = 1000) {
  Eigen::MatrixXd const gram = x.transpose() * x;
  RowMatrix const products = x.transpose() * y;
  Eigen::VectorXd const squares = y.colwise().squaredNorm();
  return descend({gram, products, squares, l1, l2, max_iter, tol});
}

}  // namespace

TEST_CASE("two orthogonal features by hand") {
  // X'X = diag(4, 2); X'y = (6, -1); l1 = 2, l2 = 1: w = ((6 - 2)/(4 + 1), 0).
  RowMatrix x(3, 2), y(3, 1);
  x << 2, 0, 0, 1, 0, 1;
  y << 3, -1, 0;

  auto const fit = descent(x, y, 2, 1, 1e-10);

  CHECK(fit.coefficients(0, 0) == Approx(0.8).epsilon(1e-15));
  CHECK(fit.coefficients(1, 0) == 0);
  CHECK(fit.gaps[0] == Approx(0).margin(1e-14));
  CHECK(fit.sweeps[0] == 2);
}

TEST_CASE("covariance updates make the same sweeps as updates of the residual") {
  for (auto const& [rows, features] : {std::pair{60, 20}, std::pair{20, 45}}) {
    RowMatrix const x = normals(rows, features, 1);
    auto const y = made_outputs(x, 37, 2);
    for (auto const& [l1, l2] : {std::pair{3.0, 2.0}, std::pair{8.0, 0.0}, std::pair{0.5, 20.0}}) {
      auto const fit = descent(x, y, l1, l2, 1e-6, 400);
      for (Eigen::Index o = 0; o < y.cols(); ++o) {
        auto const plain = plain_descent(x, y.col(o), l1, l2, 400, 1e-6);
        auto const at = static_cast<std::size_t>(o);
        INFO(rows << " rows, l1 " << l1 << ", output " << o << ", " << plain.sweeps << " sweeps");
        CHECK(fit.sweeps[at] == plain.sweeps);
        CHECK((fit.coefficients.col(o) - plain.w).cwiseAbs().maxCoeff() <= 1e-11);
        CHECK(fit.gaps[at] == Approx(plain.gap).margin(1e-10));
        CHECK(((fit.coefficients.col(o).array() == 0) == (plain.w.array() == 0)).all());
      }
    }
  }
}

TEST_CASE("at the end no coefficient can be moved to advantage") {
  RowMatrix const x = normals(50, 30, 5);
  auto const y = made_outputs(x, 20, 6);
  double const l1 = 4, l2 = 3;

  auto const fit = descent(x, y, l1, l2, 1e-12, 100000);

  Eigen::MatrixXd const slope = x.transpose() * (y - x * fit.coefficients) - l2 * fit.coefficients;
  std::size_t zeros = 0;
  for (Eigen::Index j = 0; j < 30; ++j)
    for (Eigen::Index o = 0; o < 20; ++o) {
      double const w = fit.coefficients(j, o);
      zeros += w == 0;
      if (w == 0)
        CHECK(std::abs(slope(j, o)) <= l1 * (1 + 1e-9));
      else
        CHECK(slope(j, o) == Approx(std::copysign(l1, w)).margin(1e-7));
    }
  CHECK(zeros > 50);
  CHECK(zeros < 550);
}

TEST_CASE("an output that is good enough at 0 is left there, as by scikit-learn 1.9") {
  RowMatrix x(2, 1), y(2, 1);
  x << 1, -1;
  y << 1, -1;  // X'X = X'y = y'y = 2

  // l1 = 1.96: the gap of 0 is (1 - 0.98)^2 / 2 y'y = 2e-4 y'y
  CHECK(descent(x, y, 1.96, 0, 3e-4).coefficients(0, 0) == 0);
  CHECK(descent(x, y, 1.96, 0, 3e-4).sweeps[0] == 0);
  CHECK(descent(x, y, 1.96, 0, 1e-4).coefficients(0, 0) == Approx(0.02).epsilon(1e-12));
}

TEST_CASE("an output has the same bits alone as among others") {
  RowMatrix const x = normals(40, 25, 7);
  auto const y = made_outputs(x, 41, 8);
  auto const all = descent(x, y, 2, 1, 1e-8);
  Eigen::MatrixXd const gram = x.transpose() * x;
  RowMatrix const products = x.transpose() * y;
  Eigen::VectorXd const squares = y.colwise().squaredNorm();

  for (Eigen::Index const o : {0, 17, 40}) {
    RowMatrix const one = products.col(o);
    auto const alone = descend({gram, one, squares.segment(o, 1).eval(), 2, 1, 1000, 1e-8});
    CHECK(alone.coefficients.col(0) == all.coefficients.col(o));
    CHECK(alone.sweeps[0] == all.sweeps[static_cast<std::size_t>(o)]);
    CHECK(alone.gaps[0] == all.gaps[static_cast<std::size_t>(o)]);
  }
}

TEST_CASE("a feature that does not vary and an output that does not change get 0") {
  RowMatrix x = normals(12, 3, 9), y = RowMatrix::Zero(12, 2);
  x.col(1).setZero();
  y.col(1) = 3 * x.col(2);

  auto const fit = descent(x, y, 0.5, 0, 1e-10);

  CHECK(fit.coefficients.col(0).isZero(0));
  CHECK(fit.coefficients(1, 1) == 0);
  CHECK(fit.coefficients(2, 1) > 2.5);
  CHECK(fit.gaps[0] == 0);
}

TEST_CASE("weights are rows that stand there several times") {
  RowMatrix const x = normals(9, 4, 10);
  auto const y = made_outputs(x, 70, 11);
  Eigen::VectorXd const weights{{3, 1, 2, 1, 4, 1, 1, 2, 5}};
  RowMatrix many_x(20, 4), many_y(20, 70);
  for (Eigen::Index i = 0, at = 0; i < 9; ++i)
    for (int k = 0; k < weights[i]; ++k, ++at) {
      many_x.row(at) = x.row(i);
      many_y.row(at) = y.row(i);
    }
  ElasticNetOptions const options{0.05, 0.5, 10000, 1e-12};

  auto const weighted = fit_elastic_net(x, y, weights, options, own_linear_algebra());
  auto const repeated =
      fit_elastic_net(many_x, many_y, Eigen::VectorXd::Ones(20), options, own_linear_algebra());

  CHECK(weighted.not_converged == 0);
  CHECK(weighted.coefficients.isApprox(repeated.coefficients, 1e-9));
  CHECK(weighted.outputs.isApprox(repeated.outputs, 1e-13));
  auto const scaled = fit_elastic_net(x, y, 7 * weights, options, own_linear_algebra());
  CHECK(weighted.coefficients.isApprox(scaled.coefficients, 1e-9));
}

TEST_CASE("without absolute penalty it is ridge with alpha times the rows") {
  RowMatrix x = normals(15, 6, 12);
  auto const y = made_outputs(x, 3, 13);
  ElasticNetOptions const options{0.2, 0, 100000, 1e-12};

  auto const fit = fit_elastic_net(x, y, Eigen::VectorXd::Ones(15), options, own_linear_algebra());

  x.rowwise() -= x.colwise().mean().eval();
  Eigen::MatrixXd const a = x.transpose() * x + 3 * Eigen::MatrixXd::Identity(6, 6);
  Eigen::MatrixXd const w = a.ldlt().solve(x.transpose() * y);
  CHECK(fit.not_converged == 0);
  CHECK(fit.coefficients.isApprox(w, 1e-6));  // the gap is quadratic in the distance
}

TEST_CASE("the blocks of outputs may be fitted in any order; what has not converged is counted") {
  RowMatrix const x = normals(40, 25, 14);
  auto const y = made_outputs(x, 150, 15);
  Eigen::VectorXd const ones = Eigen::VectorXd::Ones(40);

  auto const fit = fit_elastic_net(x, y, ones, {0.02, 0.5, 1000, 1e-6}, own_linear_algebra());
  auto const other = fit_elastic_net(x, y, ones, {0.02, 0.5, 1000, 1e-6}, BackwardsAlgebra());
  CHECK(fit.coefficients == other.coefficients);
  CHECK(fit.gaps == other.gaps);
  CHECK(fit.sweeps == other.sweeps);
  CHECK(fit.not_converged == 0);

  auto const hasty = fit_elastic_net(x, y, ones, {0.02, 0.5, 3, 1e-6}, own_linear_algebra());
  CHECK(hasty.not_converged == 150);
  CHECK(*std::max_element(hasty.sweeps.begin(), hasty.sweeps.end()) == 3);
}
