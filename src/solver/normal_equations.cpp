#include "solver/normal_equations.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "solver/leading_eigen.hpp"
#include "solver/rank_sums.hpp"
#include "solver/row_operator.hpp"

namespace pertscale {

NormalEquations::NormalEquations(Eigen::Index features, Eigen::Index outputs)
    : mean_x_(Eigen::RowVectorXd::Zero(features)),
      mean_y_(Eigen::RowVectorXd::Zero(outputs)),
      gram_(Eigen::MatrixXd::Zero(features, features)),
      cross_(RowMatrix::Zero(features, outputs)) {}

void NormalEquations::add_outer(Eigen::RowVectorXd const& shift_x,
                                Eigen::RowVectorXd const& shift_y, double weight) {
  gram_.triangularView<Eigen::Lower>() += weight * shift_x.transpose() * shift_x;
  cross_.noalias() += weight * shift_x.transpose() * shift_y;
}

void NormalEquations::add(Eigen::Ref<RowMatrix const> const& x,
                          Eigen::Ref<RowMatrix const> const& y) {
  if (x.rows() != y.rows() || x.cols() != mean_x_.size() || y.cols() != mean_y_.size())
    throw InternalError("NormalEquations::add: shapes do not fit");
  if (!x.allFinite() || !y.allFinite())
    throw InternalError("NormalEquations::add: a value is not finite");
  if (x.rows() == 0) return;
  auto const added = static_cast<double>(x.rows()), total = rows_ + added;
  Eigen::RowVectorXd const own_x = x.colwise().mean(), own_y = y.colwise().mean();
  RowMatrix const centred_x = x.rowwise() - own_x, centred_y = y.rowwise() - own_y;

  Eigen::MatrixXd gram;
  cross_product(centred_x, gram);
  gram_.triangularView<Eigen::Lower>() += gram;
  RowMatrix cross(cross_.rows(), cross_.cols());
  DenseRows(centred_x).apply_transposed(centred_y, cross);
  cross_ += cross;
  // Chan et al. 1979, eq. 1.5b
  add_outer(own_x - mean_x_, own_y - mean_y_, rows_ * added / total);
  mean_x_ += (added / total) * (own_x - mean_x_);
  mean_y_ += (added / total) * (own_y - mean_y_);
  rows_ = total;
}

void NormalEquations::sum_over_ranks(Communicator const& team) {
  Eigen::Index const p = mean_x_.size(), m = mean_y_.size();
  RowMatrix sums(1, 1 + p + m);
  sums << rows_, rows_ * mean_x_, rows_ * mean_y_;
  sum_in_rank_order(team, sums);
  double const own = rows_;
  rows_ = sums(0, 0);
  if (rows_ == 0) return;
  Eigen::RowVectorXd const mean_x = sums.row(0).segment(1, p) / rows_;
  Eigen::RowVectorXd const mean_y = sums.row(0).segment(1 + p, m) / rows_;
  add_outer(mean_x_ - mean_x, mean_y_ - mean_y, own);
  mean_x_ = mean_x;
  mean_y_ = mean_y;
  gram_.triangularView<Eigen::StrictlyUpper>().setZero();
  sum_in_rank_order(team, std::span(gram_.data(), static_cast<std::size_t>(gram_.size())));
  sum_in_rank_order(team, cross_);
}

Eigen::MatrixXd NormalEquations::gram() const {
  Eigen::MatrixXd const centred = gram_.selfadjointView<Eigen::Lower>();
  return centred + rows_ * mean_x_.transpose() * mean_x_;
}

Eigen::MatrixXd NormalEquations::cross() const {
  return cross_ + rows_ * mean_x_.transpose() * mean_y_;
}

std::vector<RidgeFit> NormalEquations::solve(std::span<double const> penalties,
                                             bool intercept) const {
  if (rows_ == 0) throw InternalError("NormalEquations::solve: there is no row");
  for (double const penalty : penalties)
    if (!(penalty >= 0) || !std::isfinite(penalty))
      throw InternalError("NormalEquations::solve: a penalty is negative or not finite");
  Eigen::Index const p = mean_x_.size();
  auto const eigen = leading_eigen(intercept ? gram_ : gram(), p);
  double const largest = p == 0 ? 0 : eigen.values(0);
  double const noise =
      std::max(rows_, static_cast<double>(p)) * std::numeric_limits<double>::epsilon() * largest;
  Eigen::Index const kept = (eigen.values.array() > std::max(noise, 0.0)).count();  // they fall
  auto const vectors = eigen.vectors.leftCols(kept);
  Eigen::MatrixXd const right =
      vectors.transpose() * (intercept ? Eigen::MatrixXd(cross_) : cross());
  std::vector<RidgeFit> out;
  for (double const penalty : penalties) {
    Eigen::VectorXd const shrink = (eigen.values.head(kept).array() + penalty).inverse();
    RidgeFit fit{vectors * (shrink.asDiagonal() * right), Eigen::RowVectorXd::Zero(mean_y_.size())};
    if (intercept) fit.intercept = mean_y_ - mean_x_ * fit.coefficients;
    out.push_back(std::move(fit));
  }
  return out;
}

}  // namespace pertscale
