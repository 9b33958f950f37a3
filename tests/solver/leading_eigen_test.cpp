#include "solver/leading_eigen.hpp"

#include <Eigen/Eigenvalues>
#include <catch2/catch.hpp>

#include "core/random.hpp"

using namespace pertscale;

TEST_CASE("the 2 x 2 that can be checked by hand; only the lower half is read") {
  Eigen::MatrixXd matrix(2, 2);
  matrix << 2, 999, 1, 2;

  auto const eigen = leading_eigen(matrix, 2);

  CHECK(eigen.values.isApprox(Eigen::Vector2d(3, 1)));
  CHECK(eigen.vectors.cwiseAbs().isApprox(Eigen::MatrixXd::Constant(2, 2, std::sqrt(0.5))));
  CHECK(eigen.vectors(0, 0) > 0);
  CHECK(eigen.vectors(0, 0) * eigen.vectors(1, 0) > 0);
}

TEST_CASE("leading pairs of a covariance agree with Eigen's solver up to the sign rule") {
  RandomStream stream(1, "eigen");
  Eigen::MatrixXd x(60, 25);
  for (auto& value : x.reshaped()) value = stream.normal();
  Eigen::MatrixXd const matrix = x.transpose() * x;

  auto const eigen = leading_eigen(matrix, 6);

  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> const plain(matrix);
  REQUIRE(eigen.values.size() == 6);
  CHECK(eigen.values.isApprox(plain.eigenvalues().tail(6).reverse(), 1e-12));
  for (Eigen::Index k = 0; k < 6; ++k) {
    Eigen::VectorXd const mine = eigen.vectors.col(k), other = plain.eigenvectors().col(24 - k);
    CHECK(std::fabs(mine.dot(other)) == Approx(1).epsilon(1e-12));
    Eigen::Index at = 0;
    mine.cwiseAbs().maxCoeff(&at);
    CHECK(mine[at] > 0);
  }
  CHECK(leading_eigen(matrix, 99).values.size() == 25);
  CHECK(leading_eigen(matrix, 0).values.size() == 0);
}
