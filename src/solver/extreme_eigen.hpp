#pragma once
#include <Eigen/Core>
#include <functional>

#include "solver/leading_eigen.hpp"

namespace pertscale {

/// A symmetric matrix known by its product with a vector.
struct SymmetricProduct {
  Eigen::Index order = 0;
  std::function<Eigen::VectorXd(Eigen::VectorXd const&)> times;
};

/// The min(count, order) eigenpairs of largest magnitude, by falling magnitude (of two alike the
/// positive first), by SLEPc's Krylov-Schur on the calling rank alone, so the bits know no number
/// of ranks; signs as leading_eigen. Residuals are at most 1e-14 of the largest magnitude. Lanczos
/// from one vector may pass over copies of a multiple eigenvalue, so what is orthogonal to the
/// pairs found is searched again until it holds nothing larger than the last of them. For count far
/// below order. Throws InternalError where it does not converge or a value is not finite.
LeadingEigen extreme_eigen(SymmetricProduct const& matrix, Eigen::Index count);

/// The same by LAPACK on the whole matrix (the lower half is read): the plain twin.
LeadingEigen extreme_eigen(Eigen::MatrixXd const& matrix, Eigen::Index count);

}  // namespace pertscale
