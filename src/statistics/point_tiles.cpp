#include "statistics/point_tiles.hpp"

#include "core/sums.hpp"
#include "core/vector_loops.hpp"
#include "solver/products.hpp"

namespace pertscale {

Vector mean_point(Points const& points) {
  Vector sum = Vector::Zero(points.cols());
  for (Eigen::Index i = 0; i < points.rows(); ++i) sum += points.row(i).transpose();
  return sum / static_cast<double>(points.rows());
}

PointPanel::PointPanel(Points const& all, Eigen::Index first, Vector const& centre)
    : points(all.middleRows(first, std::min(points_in_tile, all.rows() - first)).rowwise() -
             centre.transpose()),
      norms(points.rows()) {
  for (Eigen::Index i = 0; i < points.rows(); ++i) {
    double const* const x = points.row(i).data();
    norms[i] = ordered_sum(static_cast<std::size_t>(points.cols()),
                           [&](std::size_t k) { return x[k] * x[k]; });
  }
}

void squared_distances(PointPanel const& a, PointPanel const& b, Matrix& out) {
  multiply_transposed(a.points, b.points, out);
  for (Eigen::Index i = 0; i < out.rows(); ++i)
    squares_from_products(a.norms[i], b.norms.data(), out.row(i).data(),
                          static_cast<std::size_t>(out.cols()));
}

}  // namespace pertscale
