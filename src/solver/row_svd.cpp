#include "solver/row_svd.hpp"

#include <Eigen/QR>
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/random.hpp"
#include "solver/row_svd_rules.hpp"

namespace pertscale {

void settle(RowSvd& svd, RowSpan const& rows) {
  if (svd.rank() == 0) return;
  double const longer = static_cast<double>(std::max(rows.total, svd.right.rows()));
  double const noise = longer * std::numeric_limits<double>::epsilon() * svd.singular(0);
  for (auto& value : svd.singular)
    if (value <= noise) value = 0;
  for (Eigen::Index k = 0; k < svd.rank(); ++k) {
    Eigen::Index largest = 0;
    for (Eigen::Index i = 1; i < svd.right.rows(); ++i)
      if (std::fabs(svd.right(i, k)) > std::fabs(svd.right(largest, k))) largest = i;
    if (svd.right(largest, k) >= 0) continue;
    svd.right.col(k) *= -1;
    svd.left.col(k) *= -1;
  }
}

RowSvd zero_svd(RowSpan const& rows, Eigen::Index columns, Eigen::Index rank) {
  RowSvd out{RowMatrix::Zero(rows.own, rank), Eigen::VectorXd::Zero(rank),
             Eigen::MatrixXd::Identity(columns, rank)};
  for (Eigen::Index k = rows.first; k < std::min(rank, rows.first + rows.own); ++k)
    out.left(k - rows.first, k) = 1;
  return out;
}

double frobenius_norm(Communicator const& team, RowOperator const& a) {
  double const square = squared_distance(team, a, Eigen::VectorXd::Zero(a.columns()));
  if (!std::isfinite(square)) throw InternalError("an SVD: a value is not finite");
  return std::sqrt(square);
}

namespace {

struct Qr {
  RowMatrix q;        ///< rows x min(rows, columns)
  Eigen::MatrixXd r;  ///< min(rows, columns) x columns
};

Qr householder(Eigen::MatrixXd const& a) {
  Eigen::Index const kept = std::min(a.rows(), a.cols());
  if (a.rows() == 0) return {RowMatrix(0, 0), Eigen::MatrixXd(0, a.cols())};
  Eigen::HouseholderQR<Eigen::MatrixXd> const qr(a);
  Eigen::MatrixXd q = Eigen::MatrixXd::Identity(a.rows(), kept);
  q.applyOnTheLeft(qr.householderQ());
  return {q, qr.matrixQR().topRows(kept).triangularView<Eigen::Upper>()};
}

/// An orthonormal basis, over the team, of the columns of a tall matrix of spread rows: a QR of
/// each rank's rows, then one of all their triangles, in rank order (TSQR, Demmel et al. 2012).
RowMatrix orthonormal(Communicator const& team, RowMatrix const& y) {
  auto const own = householder(y);
  if (team.size() == 1) return own.q;
  auto const span = row_span(team, own.r.rows());
  auto const all = householder(gather_rows(team, own.r));
  RowMatrix out(y.rows(), all.q.cols());
  multiply(own.q, all.q.middleRows(span.first, span.own), out);
  return out;
}

RowMatrix product(RowOperator const& a, RowMatrix const& x) {
  RowMatrix y(a.rows(), x.cols());
  a.apply(x, y);
  return y;
}

/// U S V' of a matrix that every rank has whole.
struct WholeSvd {
  Eigen::MatrixXd left, right;
  Eigen::VectorXd singular;
};

WholeSvd whole_svd(Eigen::MatrixXd const& matrix, Eigen::Index rank) {
  bool const tall = matrix.rows() >= matrix.cols();
  auto const qr = householder(tall ? matrix : matrix.transpose());
  Eigen::BDCSVD<Eigen::MatrixXd> const svd(qr.r, Eigen::ComputeFullU | Eigen::ComputeFullV);
  Eigen::MatrixXd const longer = qr.q * svd.matrixU().leftCols(rank);
  Eigen::MatrixXd const shorter = svd.matrixV().leftCols(rank);
  Eigen::VectorXd const singular = svd.singularValues().head(rank);
  return tall ? WholeSvd{longer, shorter, singular} : WholeSvd{shorter, longer, singular};
}

}  // namespace

RowSvd randomised_svd(Communicator const& team, RowOperator const& a, Eigen::Index rank,
                      RandomisedEffort const& effort) {
  auto const rows = row_span(team, a.rows());
  Eigen::Index const most = std::min(rows.total, a.columns());
  Eigen::Index const kept = std::max<Eigen::Index>(0, std::min(rank, most));
  if (kept == 0 || frobenius_norm(team, a) == 0) return zero_svd(rows, a.columns(), kept);

  RowMatrix x(a.columns(), std::min(most, kept + effort.oversampling));
  RandomStream stream(effort.seed, "solver/randomised svd");
  for (auto& value : x.reshaped<Eigen::RowMajor>()) value = stream.normal();
  RowMatrix q = orthonormal(team, product(a, x));
  for (int i = 0; i < effort.power; ++i) {
    x = householder(transposed_product(team, a, q)).q;
    q = orthonormal(team, product(a, x));
  }
  // Q' A = (A' Q)' = W S V', so A is about (Q W) S V'.
  auto const small = whole_svd(transposed_product(team, a, q), kept);
  RowSvd out{q * small.right, small.singular, small.left};
  settle(out, rows);
  return out;
}

RowSvd dense_svd(Communicator const& team, RowOperator const& a, Eigen::Index rank) {
  auto const rows = row_span(team, a.rows());
  Eigen::Index const kept = std::max<Eigen::Index>(0, std::min({rank, rows.total, a.columns()}));
  if (kept == 0 || frobenius_norm(team, a) == 0) return zero_svd(rows, a.columns(), kept);
  auto const whole = whole_svd(whole_matrix(team, a), kept);
  RowSvd out{whole.left.middleRows(rows.first, rows.own), whole.singular, whole.right};
  settle(out, rows);
  return out;
}

}  // namespace pertscale
