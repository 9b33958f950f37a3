#include "solver/truncated_svd_slepc.hpp"

#include <fmt/format.h>
#include <mpi.h>
#include <slepcsvd.h>

#include <algorithm>
#include <limits>

#include "core/error.hpp"
#include "solver/petsc_check.hpp"
#include "solver/petsc_session.hpp"

namespace pertscale {

namespace {

/// Owner of a PETSc object: made empty, filled through address(), destroyed at the end.
template <class Object, PetscErrorCode (*Destroy)(Object*)>
class Owned {
 public:
  Owned() = default;
  Owned(Owned const&) = delete;
  Owned& operator=(Owned const&) = delete;
  ~Owned() { Destroy(&object_); }
  Object* address() { return &object_; }
  Object get() const { return object_; }

 private:
  Object object_ = nullptr;
};

using OwnedMatrix = Owned<Mat, MatDestroy>;
using OwnedVector = Owned<Vec, VecDestroy>;
using OwnedScatter = Owned<VecScatter, VecScatterDestroy>;
using OwnedSvd = Owned<SVD, SVDDestroy>;

#define PERTSCALE_PETSC(call) petsc_check(static_cast<int>(call), #call)

/// This rank's rows of a dense PETSc matrix.
void spread_rows(MPI_Comm comm, Eigen::Ref<Eigen::MatrixXd const> const& matrix, Mat* out) {
  auto const rows = static_cast<PetscInt>(matrix.rows());
  auto const columns = static_cast<PetscInt>(matrix.cols());
  PERTSCALE_PETSC(MatCreateDense(comm, PETSC_DECIDE, PETSC_DECIDE, rows, columns, nullptr, out));
  PetscInt first = 0, last = 0, stride = 0;
  PERTSCALE_PETSC(MatGetOwnershipRange(*out, &first, &last));
  PERTSCALE_PETSC(MatDenseGetLDA(*out, &stride));
  PetscScalar* values = nullptr;
  PERTSCALE_PETSC(MatDenseGetArrayWrite(*out, &values));
  for (PetscInt j = 0; j < columns; ++j)
    for (PetscInt i = first; i < last; ++i) values[(i - first) + j * stride] = matrix(i, j);
  PERTSCALE_PETSC(MatDenseRestoreArrayWrite(*out, &values));
  PERTSCALE_PETSC(MatAssemblyBegin(*out, MAT_FINAL_ASSEMBLY));
  PERTSCALE_PETSC(MatAssemblyEnd(*out, MAT_FINAL_ASSEMBLY));
}

/// Copies of whole distributed vectors, on every rank.
class Gatherer {
 public:
  explicit Gatherer(Vec like) {
    PERTSCALE_PETSC(VecScatterCreateToAll(like, scatter_.address(), whole_.address()));
  }

  Eigen::VectorXd gather(Vec vector) {
    PERTSCALE_PETSC(
        VecScatterBegin(scatter_.get(), vector, whole_.get(), INSERT_VALUES, SCATTER_FORWARD));
    PERTSCALE_PETSC(
        VecScatterEnd(scatter_.get(), vector, whole_.get(), INSERT_VALUES, SCATTER_FORWARD));
    PetscInt size = 0;
    PetscScalar const* values = nullptr;
    PERTSCALE_PETSC(VecGetSize(whole_.get(), &size));
    PERTSCALE_PETSC(VecGetArrayRead(whole_.get(), &values));
    Eigen::VectorXd copy = Eigen::Map<Eigen::VectorXd const>(values, size);
    PERTSCALE_PETSC(VecRestoreArrayRead(whole_.get(), &values));
    return copy;
  }

 private:
  OwnedScatter scatter_;
  OwnedVector whole_;
};

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

TruncatedSvd truncated_svd_slepc(Communicator const& team,
                                 Eigen::Ref<Eigen::MatrixXd const> const& matrix,
                                 Eigen::Index rank) {
  if (!matrix.allFinite()) throw InternalError("truncated_svd_slepc: a value is not finite");
  Eigen::Index const kept = std::min({rank, matrix.rows(), matrix.cols()});
  if (kept <= 0) return {Eigen::MatrixXd(matrix.rows(), 0), Eigen::VectorXd(0)};

  TruncatedSvd out{Eigen::MatrixXd::Zero(matrix.rows(), kept), Eigen::VectorXd::Zero(kept)};
  if ((matrix.array() == 0).all()) {  // Lanczos has nowhere to start
    out.left.diagonal().setOnes();
    return out;
  }
  start_petsc();
  MPI_Comm const comm = MPI_Comm_f2c(team.fortran_handle());
  OwnedMatrix spread;
  spread_rows(comm, matrix, spread.address());
  OwnedSvd svd;
  solve(comm, spread.get(), static_cast<PetscInt>(kept), svd.address());

  OwnedVector left, right;
  PERTSCALE_PETSC(MatCreateVecs(spread.get(), right.address(), left.address()));
  Gatherer gatherer(left.get());
  for (Eigen::Index k = 0; k < kept; ++k) {
    PERTSCALE_PETSC(SVDGetSingularTriplet(svd.get(), static_cast<PetscInt>(k), &out.singular(k),
                                          left.get(), right.get()));
    out.left.col(k) = gatherer.gather(left.get());
  }
  settle(out, matrix.rows(), matrix.cols());
  return out;
}

}  // namespace pertscale
