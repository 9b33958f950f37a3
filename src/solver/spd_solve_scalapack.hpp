#pragma once
#include <Eigen/Core>
#include <optional>

#include "parallel/communicator.hpp"

namespace pertscale {

/// spd_solve by the ranks of `team` together: ScaLAPACK's pdpotrf and pdpotrs on a grid of all
/// members, blocks of 64. Every rank hands over the whole of A (the lower half is read) and B and
/// receives the whole of X. The same refusal: nothing where the factorisation fails or Higham's
/// estimate of the reciprocal condition number is below n 2^-52. One size of team gives the same
/// bits; other sizes agree to rounding times the condition number. Collective over `team`.
std::optional<Eigen::MatrixXd> spd_solve_scalapack(Communicator const& team,
                                                   Eigen::MatrixXd const& a, double lambda,
                                                   Eigen::MatrixXd const& b);

}  // namespace pertscale
