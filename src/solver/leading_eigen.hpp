#pragma once
#include <Eigen/Core>

namespace pertscale {

/// The leading eigenpairs of a symmetric matrix.
struct LeadingEigen {
  Eigen::VectorXd values;   ///< falling
  Eigen::MatrixXd vectors;  ///< one a column, orthonormal
};

/// The first min(count, order) eigenpairs by LAPACK's dsyevr; the lower half of `matrix` is read.
/// Signs: the entry of largest magnitude of each vector is positive (the first of equals).
LeadingEigen leading_eigen(Eigen::MatrixXd matrix, Eigen::Index count);

}  // namespace pertscale
