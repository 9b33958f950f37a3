#include "solver/truncated_svd_slepc.hpp"

#include "core/error.hpp"
#include "solver/rank_sums.hpp"
#include "solver/row_svd.hpp"

namespace pertscale {

TruncatedSvd truncated_svd_slepc(Communicator const& team,
                                 Eigen::Ref<Eigen::MatrixXd const> const& matrix,
                                 Eigen::Index rank) {
  if (!matrix.allFinite()) throw InternalError("truncated_svd_slepc: a value is not finite");
  auto const mine = even_share(matrix.rows(), team.rank(), team.size());
  RowMatrix const own = matrix.middleRows(mine.first, mine.own);
  auto const svd = lanczos_svd(team, DenseRows(own), rank);
  TruncatedSvd out{gather_rows(team, svd.left), svd.singular};
  fix_signs(out.left);
  return out;
}

}  // namespace pertscale
