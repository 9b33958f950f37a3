#pragma once
#include <Eigen/Core>
#include <vector>

namespace pertscale {

/// Rows that a ridge regression is fitted to. The intercept has no penalty: features and outputs
/// are centred on their means.
struct RidgeRows {
  Eigen::MatrixXd features;  ///< n x p
  Eigen::MatrixXd outputs;   ///< n x m
};

/// Predictions (rows of `asked` x m) of min |Y - X B - 1 b'|^2 + penalty |B|^2 for each penalty,
/// from one eigen-decomposition, of X'X or of XX', whichever is smaller. At penalty 0 the solution
/// of least norm; directions whose eigenvalue is up to max(n, p) 2^-52 of the largest are dropped.
/// Throws InternalError for shapes that do not fit, no row, or a negative penalty. One rank;
/// relative error about 2^-52 times (largest eigenvalue / penalty).
std::vector<Eigen::MatrixXd> ridge_path(RidgeRows const& rows, Eigen::MatrixXd const& asked,
                                        std::vector<double> const& penalties);

/// The same by a fresh factorisation for one penalty: QR of the rows with sqrt(penalty) I below
/// them. The plain twin.
Eigen::MatrixXd ridge_refit(RidgeRows const& rows, Eigen::MatrixXd const& asked, double penalty);

/// Out-of-fold predictions (n x m) for each penalty, from one eigen-decomposition: with W = I - H
/// (H the smoother with its intercept) the rows S of a fold are predicted without themselves as
/// y_S - (W_SS)^-1 (W y)_S. fold[i] names row i's fold; each fold leaves at least one row.
/// Penalties must be positive: without one, W_SS may be singular.
std::vector<Eigen::MatrixXd> ridge_folds(RidgeRows const& rows, std::vector<int> const& fold,
                                         std::vector<double> const& penalties);

}  // namespace pertscale
