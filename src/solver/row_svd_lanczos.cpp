#include <fmt/format.h>
#include <mpi.h>
#include <slepcsvd.h>

#include <algorithm>

#include "core/error.hpp"
#include "solver/owned.hpp"
#include "solver/petsc_check.hpp"
#include "solver/petsc_session.hpp"
#include "solver/petsc_shell.hpp"
#include "solver/row_svd.hpp"
#include "solver/row_svd_rules.hpp"

namespace pertscale {

namespace {

void solve(MPI_Comm comm, Mat matrix, PetscInt rank, SVD* svd) {
  PERTSCALE_PETSC(SVDCreate(comm, svd));
  PERTSCALE_PETSC(SVDSetOperators(*svd, matrix, nullptr));
  PERTSCALE_PETSC(SVDSetType(*svd, SVDTRLANCZOS));
  PERTSCALE_PETSC(SVDSetImplicitTranspose(*svd, PETSC_TRUE));
  PERTSCALE_PETSC(SVDSetDimensions(*svd, rank, PETSC_DEFAULT, PETSC_DEFAULT));
  PERTSCALE_PETSC(SVDSetWhichSingularTriplets(*svd, SVD_LARGEST));
  // Relative to the matrix, so that singular values at rounding level end the search too.
  PERTSCALE_PETSC(SVDSetConvergenceTest(*svd, SVD_CONV_NORM));
  PERTSCALE_PETSC(SVDSetTolerances(*svd, 1e-13, 1000));
  PERTSCALE_PETSC(SVDSolve(*svd));
  PetscInt converged = 0;
  PERTSCALE_PETSC(SVDGetConverged(*svd, &converged));
  if (converged < rank)
    throw InternalError(
        fmt::format("SLEPc's Lanczos SVD converged {} of {} singular values", converged, rank));
}

}  // namespace

RowSvd lanczos_svd(Communicator const& team, RowOperator const& a, Eigen::Index rank) {
  auto const rows = row_span(team, a.rows());
  Eigen::Index const kept = std::max<Eigen::Index>(0, std::min({rank, rows.total, a.columns()}));
  // Lanczos has nowhere to start in a zero matrix.
  double const norm = frobenius_norm(team, a);
  if (kept == 0 || norm == 0) return zero_svd(rows, a.columns(), kept);

  // In a space this small Lanczos breaks down before it has found every triplet.
  if (std::min(rows.total, a.columns()) <= 16) return dense_svd(team, a, rank);

  start_petsc();
  MPI_Comm const comm = MPI_Comm_f2c(team.fortran_handle());
  ShellContext context(team, a);
  context.norm = norm;
  Owned<Mat, MatDestroy> matrix;
  make_product_shell(context, matrix.address());
  Owned<SVD, SVDDestroy> svd;
  solve(comm, matrix.get(), static_cast<PetscInt>(kept), svd.address());

  Owned<Vec, VecDestroy> left, right;
  PERTSCALE_PETSC(MatCreateVecs(matrix.get(), right.address(), left.address()));
  RowSvd out{RowMatrix(rows.own, kept), Eigen::VectorXd(kept), Eigen::MatrixXd()};
  RowMatrix own_right(context.share.own, kept);
  for (Eigen::Index k = 0; k < kept; ++k) {
    PERTSCALE_PETSC(SVDGetSingularTriplet(svd.get(), static_cast<PetscInt>(k), &out.singular(k),
                                          left.get(), right.get()));
    out.left.col(k) = own_part(left.get());
    own_right.col(k) = own_part(right.get());
  }
  out.right = gather_rows(team, own_right);
  settle(out, rows);
  return out;
}

}  // namespace pertscale
