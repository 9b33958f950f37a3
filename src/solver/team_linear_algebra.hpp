#pragma once
#include "parallel/communicator.hpp"
#include "solver/linear_algebra.hpp"

namespace pertscale {

/// Linear algebra by the ranks of a team together. svd: SLEPc's Lanczos (truncated_svd_slepc).
/// solve_spd: ScaLAPACK's Cholesky (spd_solve_scalapack). gram: tiles of the result by blocks of
/// rows, both cut by the shape alone, added in the order of the rows. share: as said there.
/// svd and solve_spd give the same bits for one size of team, and agree with
/// own_linear_algebra() to 1e-8 of the largest singular value, or to rounding times the condition
/// number. gram and share give the same bits for any size (gram's differ from the own body's by
/// rounding). Every function is collective over the team. An exception in a piece of shared work
/// is thrown on every member (that of the lowest failing member), so none waits for another.
class TeamLinearAlgebra final : public LinearAlgebra {
 public:
  explicit TeamLinearAlgebra(Communicator team) : team_(std::move(team)) {}

  int members() const override { return team_.size(); }
  int member() const override { return team_.rank(); }
  TruncatedSvd svd(Eigen::Ref<Eigen::MatrixXd const> const& matrix,
                   Eigen::Index rank) const override;
  std::optional<Eigen::MatrixXd> solve_spd(Eigen::MatrixXd const& a, double lambda,
                                           Eigen::MatrixXd const& b) const override;
  Eigen::MatrixXd gram(Eigen::Ref<Eigen::MatrixXd const> const& matrix) const override;
  void share(std::size_t count, std::function<std::vector<double>(std::size_t)> const& work,
             std::function<void(std::size_t, std::span<double const>)> const& take) const override;

 private:
  Communicator team_;
};

}  // namespace pertscale
