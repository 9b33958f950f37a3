#pragma once
#include <algorithm>

#include "data/matrix.hpp"

/// Squared distances of many points by tiles of norms and products: memory is a tile.
namespace pertscale {

/// Cells of one group, by row: n x d.
using Points = Eigen::Ref<Matrix const, 0, Eigen::OuterStride<>>;

constexpr Eigen::Index points_in_tile = 256;

/// Mean of the points; rows are added in order.
Vector mean_point(Points const& points);

/// Some points about a centre, and their squared norms.
struct PointPanel {
  Matrix points;
  Vector norms;

  PointPanel(Points const& all, Eigen::Index first, Vector const& centre);
};

/// Squared distances of two panels (rows of a x rows of b), none below 0.
void squared_distances(PointPanel const& a, PointPanel const& b, Matrix& out);

/// visit(i, j, tile): squared distances of points i.. of `a` from points j.. of `b`; the tile may
/// be written to. Shapes depend on the numbers of points only.
template <class Visit>
void visit_pairs(Points const& a, Points const& b, Visit&& visit) {
  if (a.rows() == 0 || b.rows() == 0) return;
  Vector const centre = mean_point(a);
  Matrix tile;
  for (Eigen::Index i = 0; i < a.rows(); i += points_in_tile) {
    PointPanel const left(a, i, centre);
    for (Eigen::Index j = 0; j < b.rows(); j += points_in_tile) {
      squared_distances(left, PointPanel(b, j, centre), tile);
      visit(i, j, tile);
    }
  }
}

/// The same of one group with itself: tiles on and above the diagonal; a tile with i == j holds
/// both halves, and its diagonal is exactly 0.
template <class Visit>
void visit_pairs_within(Points const& a, Visit&& visit) {
  if (a.rows() == 0) return;
  Vector const centre = mean_point(a);
  Matrix tile;
  for (Eigen::Index i = 0; i < a.rows(); i += points_in_tile) {
    PointPanel const left(a, i, centre);
    squared_distances(left, left, tile);
    tile.diagonal().setZero();
    visit(i, i, tile);
    for (Eigen::Index j = i + points_in_tile; j < a.rows(); j += points_in_tile) {
      squared_distances(left, PointPanel(a, j, centre), tile);
      visit(i, j, tile);
    }
  }
}

}  // namespace pertscale
