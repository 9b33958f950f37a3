#pragma once
#include <Eigen/Core>

#include "solver/linear_algebra.hpp"

namespace pertscale {

/// min |Y - X B|^2 + penalty |B|^2 for any number of penalties from one eigen-decomposition, of X'X
/// or of XX', whichever is smaller. Rows are the caller's to centre and to weigh, so that an
/// intercept has no penalty.
class RidgePath {
 public:
  /// x: rows x features, y: rows x outputs, finite. The Gram matrix is made by the members of a
  /// team together. Collective over the team; throws InternalError for shapes that do not fit.
  RidgePath(Eigen::MatrixXd const& x, Eigen::MatrixXd const& y, LinearAlgebra const& algebra);

  /// B, features x outputs. At penalty 0 the solution of least norm; directions whose eigenvalue is
  /// up to max(rows, features) 2^-52 of the largest are dropped for every penalty. Relative error
  /// about 2^-52 times (largest eigenvalue / penalty). InternalError for a penalty that is negative
  /// or not finite.
  Eigen::MatrixXd coefficients(double penalty) const;

 private:
  Eigen::VectorXd values_;  ///< of X'X or XX', those above rounding
  Eigen::MatrixXd left_;    ///< features x directions
  Eigen::MatrixXd right_;   ///< directions x outputs
};

}  // namespace pertscale
