#pragma once
#include <Eigen/Core>

namespace pertscale {

/// The leading part of A = U S V'.
struct TruncatedSvd {
  Eigen::MatrixXd left;      ///< rows of A x rank, orthonormal columns
  Eigen::VectorXd singular;  ///< rank, falling; values at rounding level are exactly zero

  Eigen::Index rank() const { return singular.size(); }
  /// U S: the coordinates of A's rows along the leading right singular vectors.
  Eigen::MatrixXd scores() const { return left * singular.asDiagonal(); }
};

/// The first min(rank, rows, columns) singular triplets, exact (Householder QR of the longer side,
/// then LAPACK's dgesdd on the triangle). Signs: the entry of largest magnitude of each left
/// vector is positive (the first of equals). Singular values up to max(rows, columns) 2^-52 of the
/// largest are set to zero: their vectors mean nothing. Cost about 2 r c min(r, c) operations.
TruncatedSvd truncated_svd(Eigen::Ref<Eigen::MatrixXd const> const& matrix, Eigen::Index rank);

/// Applies the sign rule above to the columns of `left`.
void fix_signs(Eigen::MatrixXd& left);

/// The two rules above, for the SVD of a matrix of that size by any method.
void settle(TruncatedSvd& svd, Eigen::Index rows, Eigen::Index columns);

}  // namespace pertscale
