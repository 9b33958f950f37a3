#include "solver/truncated_svd.hpp"

#include <Eigen/SVD>
#include <catch2/catch.hpp>
#include <limits>

#include "core/error.hpp"
#include "core/random.hpp"

using namespace pertscale;

namespace {

Eigen::MatrixXd normals(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed) {
  RandomStream stream(seed, "svd");
  Eigen::MatrixXd out(rows, columns);
  for (auto& value : out.reshaped()) value = stream.normal();
  return out;
}

/// Oracle: Eigen's Jacobi rotations and the same sign rule.
Eigen::MatrixXd plain_scores(Eigen::MatrixXd const& matrix, Eigen::Index rank) {
  Eigen::JacobiSVD<Eigen::MatrixXd> const svd(matrix, Eigen::ComputeThinU);
  Eigen::MatrixXd left = svd.matrixU().leftCols(rank);
  fix_signs(left);
  return left * svd.singularValues().head(rank).asDiagonal();
}

}  // namespace

TEST_CASE("tall, wide and square matrices agree with Eigen's Jacobi SVD") {
  struct Shape {
    Eigen::Index rows, columns, rank;
  };
  for (auto const& [rows, columns, rank] :
       {Shape{40, 7, 3}, Shape{7, 40, 3}, Shape{9, 9, 9}, Shape{40, 7, 7}, Shape{1, 5, 1}}) {
    auto const matrix = normals(rows, columns, 1);
    auto const svd = truncated_svd(matrix, rank);
    CHECK(svd.rank() == rank);
    CHECK((svd.left.transpose() * svd.left).isIdentity(1e-13));
    CHECK(svd.scores().isApprox(plain_scores(matrix, rank), 1e-12));
  }
}

TEST_CASE("the 2 x 2 that can be checked by hand") {
  Eigen::MatrixXd matrix(2, 2);
  matrix << 0, -3, 2, 0;

  auto const svd = truncated_svd(matrix, 5);

  CHECK(svd.singular.isApprox(Eigen::Vector2d(3, 2)));
  CHECK(svd.left.isApprox(Eigen::MatrixXd::Identity(2, 2)));
}

TEST_CASE("beyond the numerical rank singular values are exactly zero") {
  Eigen::MatrixXd const matrix = normals(30, 2, 1) * normals(2, 12, 2);

  auto const svd = truncated_svd(matrix, 5);

  CHECK(svd.singular(1) > 1);
  CHECK(svd.singular.tail(3) == Eigen::Vector3d::Zero());
  CHECK(truncated_svd(Eigen::MatrixXd::Zero(4, 3), 2).scores() == Eigen::MatrixXd::Zero(4, 2));
}

TEST_CASE("the same matrix gives the same bits, wherever it lies in memory") {
  auto const matrix = normals(201, 33, 3);
  Eigen::MatrixXd padded(205, 33);
  padded.middleRows(3, 201) = matrix;
  CHECK(truncated_svd(matrix, 10).scores() ==
        truncated_svd(padded.middleRows(3, 201), 10).scores());
}

TEST_CASE("an empty rank and a value that is no number") {
  CHECK(truncated_svd(normals(5, 3, 1), 0).scores().cols() == 0);
  Eigen::MatrixXd matrix = normals(5, 3, 1);
  matrix(2, 1) = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(truncated_svd(matrix, 2), InternalError);
}
