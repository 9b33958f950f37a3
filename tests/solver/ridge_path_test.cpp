// RANKS 1 2 3 4
#include "solver/ridge_path.hpp"

#include <Eigen/QR>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/random.hpp"
#include "solver/team_linear_algebra.hpp"

using namespace pertscale;

namespace {

TeamLinearAlgebra everyone() { return TeamLinearAlgebra(Communicator::world()); }

Eigen::MatrixXd normals(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed) {
  RandomStream stream(seed, "ridge path");
  Eigen::MatrixXd out(rows, columns);
  for (auto& value : out.reshaped()) value = stream.normal();
  return out;
}

/// The definition: QR of the rows with sqrt(penalty) I below them.
Eigen::MatrixXd by_definition(Eigen::MatrixXd const& x, Eigen::MatrixXd const& y, double penalty) {
  Eigen::MatrixXd a = Eigen::MatrixXd::Zero(x.rows() + x.cols(), x.cols());
  Eigen::MatrixXd b = Eigen::MatrixXd::Zero(a.rows(), y.cols());
  a.topRows(x.rows()) = x;
  a.bottomRows(x.cols()).diagonal().setConstant(std::sqrt(penalty));
  b.topRows(x.rows()) = y;
  return a.completeOrthogonalDecomposition().solve(b);
}

void check_path(Eigen::MatrixXd const& x, Eigen::MatrixXd const& y) {
  RidgePath const alone(x, y, own_linear_algebra()), together(x, y, everyone());
  for (double const penalty : {0.0, 0.01, 1.0, 100.0}) {
    INFO(x.rows() << " x " << x.cols() << ", penalty " << penalty);
    auto const plain = by_definition(x, y, penalty);
    CHECK((alone.coefficients(penalty) - plain).norm() <= 1e-8 * plain.norm());
    CHECK((together.coefficients(penalty) - plain).norm() <= 1e-8 * plain.norm());
  }
}

}  // namespace

TEST_CASE("ridge of three points by hand") {
  RidgePath const path(Eigen::Vector3d(-1, 0, 1), Eigen::Vector3d(-2, -1, 3), everyone());
  CHECK(path.coefficients(0)(0, 0) == Approx(2.5).epsilon(1e-14));   // 5 / 2
  CHECK(path.coefficients(2)(0, 0) == Approx(1.25).epsilon(1e-14));  // 5 / (2 + 2)
}

TEST_CASE("every penalty from one factorisation is a fresh fit, tall, wide and rank-deficient") {
  check_path(normals(40, 6, 1), normals(40, 3, 2));
  check_path(normals(6, 40, 4), normals(6, 3, 5));
  Eigen::MatrixXd dependent = normals(30, 5, 6);
  dependent.col(4) = dependent.col(0) - dependent.col(1);
  check_path(dependent, normals(30, 2, 7));
  check_path(dependent.transpose(), normals(5, 2, 7));
  check_path(Eigen::MatrixXd::Zero(5, 3), normals(5, 2, 8));
  check_path(normals(1, 3, 9), normals(1, 2, 10));
  check_path(normals(300, 270, 11), normals(300, 2, 12));  // several tiles of a team's Gram matrix
}

TEST_CASE("a path has the same bits by a team of any size") {
  auto const x = normals(300, 270, 13), y = normals(300, 4, 14);
  TeamLinearAlgebra const alone(Communicator::self());
  CHECK(RidgePath(x, y, everyone()).coefficients(1) == RidgePath(x, y, alone).coefficients(1));
}

TEST_CASE("what cannot be asked of a ridge path is a bug") {
  auto const& own = own_linear_algebra();
  CHECK_THROWS_AS(RidgePath(normals(4, 2, 16), normals(3, 1, 17), own), InternalError);
  RidgePath const path(normals(4, 2, 16), normals(4, 1, 17), own);
  CHECK_THROWS_AS(path.coefficients(-1), InternalError);
  CHECK_THROWS_AS(path.coefficients(std::numeric_limits<double>::infinity()), InternalError);
}
