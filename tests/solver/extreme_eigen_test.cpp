// RANKS 1 2
#include "solver/extreme_eigen.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "core/error.hpp"
#include "core/random.hpp"
#include "parallel/communicator.hpp"

using namespace pertscale;

namespace {

SymmetricProduct product_of(Eigen::MatrixXd const& matrix) {
  return {matrix.rows(), [&matrix](Eigen::VectorXd const& x) -> Eigen::VectorXd {
            return matrix.selfadjointView<Eigen::Lower>() * x;
          }};
}

/// Symmetric with these eigenvalues.
Eigen::MatrixXd made(Eigen::VectorXd const& values, std::uint64_t seed) {
  RandomStream stream(seed, "extreme eigen");
  Eigen::MatrixXd x(values.size(), values.size());
  for (auto& value : x.reshaped()) value = stream.normal();
  auto const q = leading_eigen(x * x.transpose(), values.size()).vectors;
  Eigen::MatrixXd const out = q * values.asDiagonal() * q.transpose();
  return (out + out.transpose()) / 2;
}

}  // namespace

TEST_CASE("pairs of largest magnitude, by both ends of the spectrum, as LAPACK has them") {
  Eigen::VectorXd values = Eigen::VectorXd::LinSpaced(200, -1, 1);
  values[0] = -9;
  values[1] = 7;
  values[2] = -6.5;
  values[3] = 6;
  values[4] = 3;
  auto const matrix = made(values, 1);

  auto const plain = extreme_eigen(matrix, 5), found = extreme_eigen(product_of(matrix), 5);

  CHECK(plain.values.isApprox(values.head(5), 1e-12));
  CHECK((found.values - plain.values).norm() <= 1e-12 * 9);
  CHECK((found.vectors - plain.vectors).norm() <= 1e-10);
  CHECK((matrix * found.vectors - found.vectors * found.values.asDiagonal()).norm() <= 1e-12 * 9);
}

TEST_CASE("copies of a multiple eigenvalue are not passed over") {
  Eigen::VectorXd values = Eigen::VectorXd::LinSpaced(300, 0, 1);
  values.head(6) << 4, 4, 4, -4, -4, 3;
  auto const matrix = made(values, 2);
  auto const found = extreme_eigen(product_of(matrix), 6);
  CHECK((found.values.cwiseAbs() - values.head(6).cwiseAbs()).norm() <= 1e-12);
  CHECK((found.vectors.transpose() * found.vectors).isIdentity(1e-12));
}

TEST_CASE("a search from one vector passes over copies: those beside it find them") {
  for (Eigen::Index const copies : {2, 3, 5, 20})
    for (Eigen::Index const count : {2, 5})
      for (double const second : {2.0, 3.9})
        for (double const rest : {1.0, 1.9}) {
          INFO(copies << " copies, " << count << " pairs, then " << second << " and " << rest);
          Eigen::VectorXd values = Eigen::VectorXd::LinSpaced(40, 0, rest);
          values.head(copies).setConstant(4);
          values[copies] = second;
          values[copies + 1] = -second;
          SymmetricProduct const diagonal{40, [&](Eigen::VectorXd const& x) -> Eigen::VectorXd {
                                            return values.cwiseProduct(x);
                                          }};
          auto const found = extreme_eigen(diagonal, count);
          Eigen::VectorXd const expected =
              extreme_eigen(Eigen::MatrixXd(values.asDiagonal()), count).values;
          CHECK((found.values.cwiseAbs() - expected.cwiseAbs()).norm() <= 1e-12);
          CHECK((values.asDiagonal() * found.vectors - found.vectors * found.values.asDiagonal())
                    .norm() <= 1e-12);
          CHECK((found.vectors.transpose() * found.vectors).isIdentity(1e-12));
        }
}

TEST_CASE("fewer directions than are asked for, a zero matrix, small ones") {
  Eigen::VectorXd values = Eigen::VectorXd::Zero(100);
  values.head(3) << 5, -2, 1;
  auto const matrix = made(values, 3);
  auto const found = extreme_eigen(product_of(matrix), 6);
  CHECK((found.values - values.head(6)).norm() <= 1e-12);
  CHECK((found.vectors.transpose() * found.vectors).isIdentity(1e-12));
  Eigen::MatrixXd const zero = Eigen::MatrixXd::Zero(20, 20);
  CHECK(extreme_eigen(product_of(zero), 2).values.isZero(0));
  CHECK(extreme_eigen(product_of(zero), 0).values.size() == 0);
  Eigen::MatrixXd const two{{2.0, 1.0}, {1.0, 2.0}};
  CHECK(extreme_eigen(product_of(two), 2).values.isApprox(Eigen::Vector2d(3, 1)));
}

TEST_CASE("the same bits again, and on each rank alone") {
  auto const matrix = made(Eigen::VectorXd::LinSpaced(150, -1, 2), 4);
  auto const one = extreme_eigen(product_of(matrix), 4), two = extreme_eigen(product_of(matrix), 4);
  CHECK(one.vectors == two.vectors);
  auto const world = Communicator::world();
  if (world.root()) extreme_eigen(product_of(matrix), 2);  // no other rank takes part
  world.barrier();
}

TEST_CASE("a matrix that is not finite is a bug") {
  Eigen::MatrixXd matrix = made(Eigen::VectorXd::LinSpaced(30, -1, 2), 5);
  matrix(3, 2) = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(extreme_eigen(product_of(matrix), 2), InternalError);
}
