#include "statistics/point_tiles.hpp"

#include <catch2/catch.hpp>

#include "statistics/random_points.hpp"

using namespace pertscale;

TEST_CASE("tiles hold every squared distance once") {
  Matrix const a = normals(300, 5, 1), b = normals(270, 5, 2, 3);
  Matrix seen = Matrix::Zero(300, 270), within = Matrix::Zero(300, 300);

  visit_pairs(a, b, [&](Eigen::Index i, Eigen::Index j, Matrix const& tile) {
    seen.block(i, j, tile.rows(), tile.cols()) += tile;
  });
  visit_pairs_within(a, [&](Eigen::Index i, Eigen::Index j, Matrix const& tile) {
    within.block(i, j, tile.rows(), tile.cols()) += tile;
  });

  for (Eigen::Index i = 0; i < 300; i += 7)
    for (Eigen::Index j = 0; j < 270; j += 3) {
      CHECK(seen(i, j) == Approx((a.row(i) - b.row(j)).squaredNorm()).epsilon(1e-12));
      if (j >= i) CHECK(within(i, j) == Approx((a.row(i) - a.row(j)).squaredNorm()).margin(1e-12));
    }
  CHECK(within.diagonal().isZero(0));
  int tiles = 0;
  visit_pairs(Matrix(0, 5), b, [&](Eigen::Index, Eigen::Index, Matrix const&) { ++tiles; });
  CHECK(tiles == 0);
}
