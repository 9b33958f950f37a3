#pragma once
#include "solver/rank_sums.hpp"
#include "solver/row_svd.hpp"

namespace pertscale {

/// What the bodies of row_svd.hpp share.

/// Zeroes singular values at rounding level and applies the sign rule.
void settle(RowSvd& svd, RowSpan const& rows);
/// The SVD of a zero matrix: unit vectors.
RowSvd zero_svd(RowSpan const& rows, Eigen::Index columns, Eigen::Index rank);
/// Frobenius norm; throws InternalError where A has a value that is not finite. Collective.
double frobenius_norm(Communicator const& team, RowOperator const& a);

}  // namespace pertscale
