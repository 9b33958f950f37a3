#pragma once
#include <Eigen/Core>
#include <cstddef>
#include <span>

namespace pertscale {

/// Row-major, so that one condition's profile is contiguous. Rows: conditions; columns: genes.
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXd;
using ConstMatrixMap = Eigen::Map<Matrix const>;

/// One condition's values over genes.
using Profile = std::span<double const>;

inline Profile row_of(Matrix const& matrix, std::size_t row) {
  auto const columns = static_cast<std::size_t>(matrix.cols());
  return {matrix.data() + row * columns, columns};
}

}  // namespace pertscale
