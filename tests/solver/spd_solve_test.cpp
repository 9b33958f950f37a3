#include "solver/spd_solve.hpp"

#include <Eigen/LU>
#include <catch2/catch.hpp>

#include "core/error.hpp"

using pertscale::spd_solve;

TEST_CASE("a 2 x 2 system by hand, with and without a shift") {
  Eigen::MatrixXd a(2, 2), b(2, 1);
  a << 4, 2, 2, 3;
  b << 8, 7;

  CHECK(spd_solve(a, 0, b)->isApprox(Eigen::Vector2d(1.25, 1.5), 1e-15));
  CHECK(spd_solve(a, 1, b)->isApprox(Eigen::Vector2d(1.125, 1.1875), 1e-15));
}

TEST_CASE("many right-hand sides agree with an explicit inverse") {
  Eigen::MatrixXd const root = Eigen::MatrixXd::Random(20, 6), b = Eigen::MatrixXd::Random(6, 4);
  Eigen::MatrixXd const a = root.transpose() * root;

  Eigen::MatrixXd const inverse = (a + 0.1 * Eigen::MatrixXd::Identity(6, 6)).inverse();
  CHECK(spd_solve(a, 0.1, b)->isApprox(inverse * b, 1e-12));
}

TEST_CASE("a singular matrix has no solution without a shift") {
  Eigen::MatrixXd const root = Eigen::MatrixXd::Random(3, 5), b = Eigen::MatrixXd::Ones(5, 1);
  Eigen::MatrixXd const singular = root.transpose() * root;

  CHECK_FALSE(spd_solve(singular, 0, b));
  CHECK_FALSE(spd_solve(Eigen::MatrixXd::Zero(2, 2), 0, Eigen::MatrixXd::Ones(2, 1)));
  CHECK_FALSE(spd_solve(-Eigen::MatrixXd::Identity(2, 2), 0.5, Eigen::MatrixXd::Ones(2, 1)));
  CHECK(spd_solve(singular, 1e-3, b)->allFinite());
}

TEST_CASE("shapes that do not fit are a bug") {
  Eigen::MatrixXd const a = Eigen::MatrixXd::Identity(3, 3);
  CHECK_THROWS_AS(spd_solve(a, 1, Eigen::MatrixXd::Ones(2, 1)), pertscale::InternalError);
}
