#include "solver/spd_solve.hpp"

#include <Eigen/Cholesky>
#include <limits>

#include "core/error.hpp"

namespace pertscale {

std::optional<Eigen::MatrixXd> spd_solve(Eigen::MatrixXd const& a, double lambda,
                                         Eigen::MatrixXd const& b) {
  if (a.rows() != a.cols() || a.rows() != b.rows())
    throw InternalError("spd_solve: shapes do not fit");
  if (a.rows() == 0) return b;
  Eigen::MatrixXd shifted = a;
  shifted.diagonal().array() += lambda;
  Eigen::LLT<Eigen::MatrixXd> const factor(shifted);
  double const smallest = static_cast<double>(a.rows()) * std::numeric_limits<double>::epsilon();
  if (factor.info() != Eigen::Success || !(factor.rcond() > smallest)) return std::nullopt;
  return b.cols() == 0 ? b : Eigen::MatrixXd(factor.solve(b));
}

}  // namespace pertscale
