#include "solver/ridge_path.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "solver/leading_eigen.hpp"

namespace pertscale {

RidgePath::RidgePath(Eigen::MatrixXd const& x, Eigen::MatrixXd const& y,
                     LinearAlgebra const& algebra) {
  if (x.rows() != y.rows()) throw InternalError("RidgePath: shapes do not fit");
  bool const dual = x.rows() < x.cols();
  auto gram = dual ? algebra.gram(x.transpose()) : algebra.gram(x);
  auto const eigen = leading_eigen(std::move(gram), std::min(x.rows(), x.cols()));
  double const longer = static_cast<double>(std::max(x.rows(), x.cols()));
  double const largest = eigen.values.size() == 0 ? 0 : eigen.values(0);
  double const noise = longer * std::numeric_limits<double>::epsilon() * largest;
  Eigen::Index const kept = (eigen.values.array() > std::max(noise, 0.0)).count();  // they fall
  values_ = eigen.values.head(kept);
  // B = V (D + penalty)^-1 V' X'Y, or X' V (D + penalty)^-1 V' Y.
  Eigen::MatrixXd const v = eigen.vectors.leftCols(kept);
  left_ = dual ? Eigen::MatrixXd(x.transpose() * v) : v;
  right_ = dual ? Eigen::MatrixXd(v.transpose() * y)
                : Eigen::MatrixXd(v.transpose() * (x.transpose() * y));
}

Eigen::MatrixXd RidgePath::coefficients(double penalty) const {
  if (!(penalty >= 0) || !std::isfinite(penalty))
    throw InternalError("RidgePath: a penalty is negative or not finite");
  Eigen::VectorXd const shrunk = (values_.array() + penalty).inverse();
  return left_ * (shrunk.asDiagonal() * right_);
}

}  // namespace pertscale
