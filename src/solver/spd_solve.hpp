#pragma once
#include <Eigen/Core>
#include <optional>

namespace pertscale {

/// X of (A + lambda I) X = B by Cholesky; A symmetric, its lower half is read. Nothing where
/// A + lambda I is not positive definite to rounding: the factorisation fails, or its reciprocal
/// condition number is below n 2^-52 (so a singular A needs lambda > 0).
std::optional<Eigen::MatrixXd> spd_solve(Eigen::MatrixXd const& a, double lambda,
                                         Eigen::MatrixXd const& b);

}  // namespace pertscale
