#include "solver/pca.hpp"

#include "core/error.hpp"
#include "solver/rank_sums.hpp"

namespace pertscale {

RowSvd row_svd(Communicator const& team, RowOperator const& a, Eigen::Index rank, SvdBody body,
               RandomisedEffort const& effort) {
  switch (body) {
    case SvdBody::exact: return dense_svd(team, a, rank);
    case SvdBody::lanczos: return lanczos_svd(team, a, rank);
    case SvdBody::randomised: return randomised_svd(team, a, rank, effort);
  }
  throw InternalError("row_svd: no such body");
}

Pca pca(Communicator const& team, RowOperator const& a, Eigen::Index count, SvdBody body,
        RandomisedEffort const& effort) {
  Pca out;
  out.mean = column_means(team, a);
  auto const svd = row_svd(team, CentredRows(a, out.mean), count, body, effort);
  out.components = svd.right;
  out.singular = svd.singular;
  out.scores = svd.left * svd.singular.asDiagonal();
  out.variances = Eigen::VectorXd::Zero(svd.rank());
  out.explained = Eigen::VectorXd::Zero(svd.rank());
  auto const rows = row_span(team, a.rows()).total;
  double const total = squared_distance(team, a, out.mean);
  if (rows > 1) out.variances = svd.singular.cwiseAbs2() / static_cast<double>(rows - 1);
  if (total > 0) out.explained = svd.singular.cwiseAbs2() / total;
  return out;
}

}  // namespace pertscale
