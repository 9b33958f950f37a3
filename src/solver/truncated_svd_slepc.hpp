#pragma once
#include "parallel/communicator.hpp"
#include "solver/truncated_svd.hpp"

namespace pertscale {

/// truncated_svd by the ranks of `team` together: SLEPc's thick-restart Lanczos bidiagonalisation
/// with an implicit transpose, rows of the matrix spread over the ranks. Every rank hands over the
/// whole matrix and receives the whole result. Agrees with the exact body within 1e-8 of the
/// largest singular value; one size of team gives the same bits. Collective over `team`.
TruncatedSvd truncated_svd_slepc(Communicator const& team,
                                 Eigen::Ref<Eigen::MatrixXd const> const& matrix,
                                 Eigen::Index rank);

}  // namespace pertscale
