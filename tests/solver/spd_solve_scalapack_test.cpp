// RANKS 1 2 3 4
#include "solver/spd_solve_scalapack.hpp"

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "core/random.hpp"
#include "solver/spd_solve.hpp"

using namespace pertscale;

namespace {

Eigen::MatrixXd normals(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed) {
  RandomStream stream(seed, "scalapack");
  Eigen::MatrixXd out(rows, columns);
  for (auto& value : out.reshaped()) value = stream.normal();
  return out;
}

/// Positive definite, eigenvalues about n.
Eigen::MatrixXd covariance(Eigen::Index n, std::uint64_t seed) {
  Eigen::MatrixXd const root = normals(2 * n, n, seed);
  return root.transpose() * root;
}

void check_as_serial(Eigen::MatrixXd const& a, double lambda, Eigen::MatrixXd const& b) {
  auto const world = Communicator::world();
  auto const serial = spd_solve(a, lambda, b);
  auto const together = spd_solve_scalapack(world, a, lambda, b);
  REQUIRE(serial.has_value() == together.has_value());
  if (serial) CHECK((*serial - *together).norm() <= 1e-10 * serial->norm());
}

}  // namespace

TEST_CASE("ScaLAPACK's Cholesky solves a 2 x 2 system by hand") {
  auto const world = Communicator::world();
  Eigen::MatrixXd a(2, 2), b(2, 1);
  a << 4, 2, 2, 3;
  b << 8, 7;
  CHECK(spd_solve_scalapack(world, a, 0, b)->isApprox(Eigen::Vector2d(1.25, 1.5), 1e-15));
  CHECK(spd_solve_scalapack(world, a, 1, b)->isApprox(Eigen::Vector2d(1.125, 1.1875), 1e-15));
}

TEST_CASE("ScaLAPACK's Cholesky is the serial one, in one block, at its edges and in many") {
  for (Eigen::Index const n : {1, 5, 63, 64, 65, 200, 300}) {
    check_as_serial(covariance(n, 1), 0, normals(n, 3, 2));
    check_as_serial(covariance(n, 3), 10, normals(n, 130, 4));
  }
  check_as_serial(covariance(70, 5), 1, Eigen::MatrixXd(70, 0));
  check_as_serial(Eigen::MatrixXd(0, 0), 1, Eigen::MatrixXd(0, 2));
}

TEST_CASE("only the lower half is read") {
  auto const world = Communicator::world();
  Eigen::MatrixXd const a = covariance(100, 6), b = normals(100, 2, 7);
  Eigen::MatrixXd lower = a;
  lower.triangularView<Eigen::StrictlyUpper>().setConstant(std::nan(""));
  CHECK(*spd_solve_scalapack(world, lower, 1, b) == *spd_solve_scalapack(world, a, 1, b));
}

TEST_CASE("what is refused is what one rank refuses") {
  auto const world = Communicator::world();
  Eigen::MatrixXd const root = normals(60, 130, 8), b = normals(130, 2, 9);
  Eigen::MatrixXd const singular = root.transpose() * root;
  CHECK_FALSE(spd_solve_scalapack(world, singular, 0, b));
  check_as_serial(singular, 0, b);
  check_as_serial(singular, 1e-13, b);  // shifted by less than rounding
  check_as_serial(singular, 1, b);
  check_as_serial(Eigen::MatrixXd::Zero(130, 130), 0, b);
  check_as_serial(-Eigen::MatrixXd::Identity(130, 130), 0.5, b);
  Eigen::MatrixXd graded = Eigen::MatrixXd::Identity(130, 130);
  graded(129, 129) = 1e-12;  // the bound for 130 rows is 2.9e-14
  CHECK(spd_solve_scalapack(world, graded, 0, b));
  graded(129, 129) = 1e-14;
  CHECK_FALSE(spd_solve_scalapack(world, graded, 0, b));
  check_as_serial(graded, 0, b);
  Eigen::MatrixXd broken = covariance(130, 10);
  broken(100, 3) = std::nan("");
  CHECK_FALSE(spd_solve_scalapack(world, broken, 0, b));
}

TEST_CASE("the same team gives the same bits, and shapes that do not fit are a bug") {
  auto const world = Communicator::world();
  Eigen::MatrixXd const a = covariance(150, 11), b = normals(150, 5, 12);
  CHECK(*spd_solve_scalapack(world, a, 1, b) == *spd_solve_scalapack(world, a, 1, b));
  CHECK_THROWS_AS(spd_solve_scalapack(world, a, 1, normals(4, 1, 13)), InternalError);
}

TEST_CASE("two teams side by side solve systems of their own, many times") {
  auto const world = Communicator::world();
  auto const team = world.split(world.rank() % 2);
  for (std::uint64_t turn = 0; turn < 20; ++turn) {
    Eigen::MatrixXd const a = covariance(20, turn + 1), b = normals(20, 2, turn);
    CHECK((*spd_solve(a, 1, b) - *spd_solve_scalapack(team, a, 1, b)).norm() < 1e-12);
  }
}
