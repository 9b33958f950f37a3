#pragma once
#include <Eigen/Core>
#include <span>
#include <vector>

#include "parallel/communicator.hpp"
#include "solver/products.hpp"

namespace pertscale {

/// A ridge fit: Y is about X coefficients + 1 intercept.
struct RidgeFit {
  Eigen::MatrixXd coefficients;  ///< features x outputs
  Eigen::RowVectorXd intercept;  ///< outputs; zero where none is asked for
};

/// Least squares of rows that pass by in blocks: what is kept are the means of the columns and
/// products about them, features x (features + outputs), never a row. Blocks are merged as Chan,
/// Golub and LeVeque 1979 do, so that columns far from zero lose nothing by centring. The same
/// blocks on the same team give the same bits; other cuts agree to rounding.
class NormalEquations {
 public:
  NormalEquations(Eigen::Index features, Eigen::Index outputs);

  /// Adds a block of rows, x n x features, y n x outputs; n may be 0. Throws InternalError for
  /// shapes that do not fit, or a value that is not finite.
  void add(Eigen::Ref<RowMatrix const> const& x, Eigen::Ref<RowMatrix const> const& y);
  /// Adds the rows of the other ranks, in rank order, so that all have the same sums. Collective.
  void sum_over_ranks(Communicator const& team);

  double rows() const { return rows_; }  ///< a whole number
  /// X'X (features x features, both halves) and X'Y (features x outputs), not centred.
  Eigen::MatrixXd gram() const;
  Eigen::MatrixXd cross() const;
  Eigen::RowVectorXd feature_sums() const { return rows_ * mean_x_; }
  Eigen::RowVectorXd output_sums() const { return rows_ * mean_y_; }

  /// min |Y - X B - 1 c|^2 + penalty |B|^2 for each penalty (c = 0 without an intercept, which
  /// itself has no penalty), from one eigen-decomposition of X'X. At penalty 0 the solution of
  /// least norm; directions whose eigenvalue is up to max(rows, features) 2^-52 of the largest are
  /// dropped. Relative error about 2^-52 times (largest eigenvalue / penalty or the smallest kept).
  /// Throws InternalError for a penalty that is negative or not finite, or where there is no row.
  std::vector<RidgeFit> solve(std::span<double const> penalties, bool intercept = true) const;

 private:
  double rows_ = 0;
  Eigen::RowVectorXd mean_x_, mean_y_;
  Eigen::MatrixXd gram_;  ///< of X - 1 mean, lower half
  RowMatrix cross_;       ///< (X - 1 mean)' Y

  /// What `weight` rows at a distance from the common means add to the products.
  void add_outer(Eigen::RowVectorXd const& shift_x, Eigen::RowVectorXd const& shift_y,
                 double weight);
};

}  // namespace pertscale
