#pragma once
#include <Eigen/Core>

namespace pertscale {

/// Row-major, as the rest of the program keeps tables of cells and conditions.
using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

using FloatRowMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Products by BLAS (one thread). Bits depend on the shapes, so a caller that promises the same
/// bytes on any number of ranks cuts by the problem. `out` gets its size here.
/// out = a b
void multiply(RowMatrix const& a, RowMatrix const& b, RowMatrix& out);
/// out = a b'
void multiply_transposed(RowMatrix const& a, RowMatrix const& b, RowMatrix& out);
void multiply_transposed(FloatRowMatrix const& a, FloatRowMatrix const& b, FloatRowMatrix& out);
/// Lower half of out = a' a, columns x columns; the upper half is left undefined.
void cross_product(RowMatrix const& a, Eigen::MatrixXd& out);

}  // namespace pertscale
