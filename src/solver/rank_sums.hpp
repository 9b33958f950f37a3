#pragma once
#include <Eigen/Core>
#include <span>

#include "parallel/communicator.hpp"
#include "solver/products.hpp"

namespace pertscale {

/// Sums and gathered rows over the ranks of a team. Collective; every rank receives the same bits,
/// and one size of team with one distribution of the rows always gives the same ones.

/// Adds the ranks' values, entry by entry, in the order of the ranks. All spans have one length.
void sum_in_rank_order(Communicator const& team, std::span<double> values);
inline void sum_in_rank_order(Communicator const& team, RowMatrix& matrix) {
  sum_in_rank_order(team, std::span(matrix.data(), static_cast<std::size_t>(matrix.size())));
}

/// Every rank's rows, one rank's below the other's; all have the same columns.
RowMatrix gather_rows(Communicator const& team, RowMatrix const& own);

/// Rows of a matrix spread over a team.
struct RowSpan {
  Eigen::Index first = 0;  ///< this rank's first row, counted over the team
  Eigen::Index own = 0;    ///< rows of this rank
  Eigen::Index total = 0;  ///< rows of all
};
RowSpan row_span(Communicator const& team, Eigen::Index own);

/// The share of member `rank` of `size` of n rows in a row: sizes differ by one at most, the first
/// ranks have more. (PETSc's own layout.)
RowSpan even_share(Eigen::Index n, int rank, int size);

}  // namespace pertscale
