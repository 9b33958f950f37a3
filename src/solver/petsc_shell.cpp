#include "solver/petsc_shell.hpp"

#include <mpi.h>
#include <petscmat.h>

#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "solver/petsc_check.hpp"

namespace pertscale {

namespace {

ShellContext& context_of(Mat matrix) {
  ShellContext* context = nullptr;
  PERTSCALE_PETSC(MatShellGetContext(matrix, &context));
  return *context;
}

/// y = A x of this rank's rows, from everybody's part of x.
RowMatrix forward(ShellContext const& context, Vec x) {
  RowMatrix const whole = gather_rows(context.team, own_part(x));
  RowMatrix y(context.operation.rows(), 1);
  context.operation.apply(whole, y);
  return y;
}

Eigen::VectorXd backward(ShellContext const& context, RowMatrix const& y) {
  RowMatrix const whole = transposed_product(context.team, context.operation, y);
  return whole.col(0).segment(context.share.first, context.share.own);
}

PetscErrorCode multiply_a(Mat matrix, Vec x, Vec y) {
  set_own_part(y, forward(context_of(matrix), x).col(0));
  return 0;
}

PetscErrorCode multiply_a_transposed(Mat matrix, Vec y, Vec x) {
  set_own_part(x, backward(context_of(matrix), own_part(y)));
  return 0;
}

Eigen::Index damping_rows(ShellContext const& context) {
  return context.lambda > 0 ? context.share.own : 0;
}

PetscErrorCode multiply_damped(Mat matrix, Vec x, Vec y) {
  auto const& context = context_of(matrix);
  Eigen::Index const rows = context.operation.rows(), below = damping_rows(context);
  Eigen::VectorXd own(rows + below);
  own.head(rows) = forward(context, x).col(0);
  if (below > 0) own.tail(below) = std::sqrt(context.lambda) * own_part(x);
  set_own_part(y, own);
  return 0;
}

PetscErrorCode multiply_damped_transposed(Mat matrix, Vec y, Vec x) {
  auto const& context = context_of(matrix);
  Eigen::VectorXd const own = own_part(y);
  Eigen::VectorXd sum = backward(context, own.head(context.operation.rows()));
  Eigen::Index const below = damping_rows(context);
  if (below > 0) sum += std::sqrt(context.lambda) * own.tail(below);
  set_own_part(x, sum);
  return 0;
}

PetscErrorCode norm_of(Mat matrix, NormType, PetscReal* norm) {
  *norm = context_of(matrix).norm;
  return 0;
}

PetscErrorCode multiply_normal(Mat matrix, Vec x, Vec out) {
  auto const& context = context_of(matrix);
  set_own_part(out, backward(context, forward(context, x)) + context.lambda * own_part(x));
  return 0;
}

PetscInt checked(Eigen::Index n) {
  if (n > std::numeric_limits<PetscInt>::max())
    throw InternalError("PETSc counts rows in 32 bits; use more ranks or its 64-bit build");
  return static_cast<PetscInt>(n);
}

void make_shell(ShellContext& context, Eigen::Index rows, Mat* out) {
  MPI_Comm const comm = MPI_Comm_f2c(context.team.fortran_handle());
  checked(row_span(context.team, rows).total);
  PERTSCALE_PETSC(MatCreateShell(comm, checked(rows), checked(context.share.own), PETSC_DETERMINE,
                                 PETSC_DETERMINE, &context, out));
}

}  // namespace

void make_product_shell(ShellContext& context, _p_Mat** out) {
  make_shell(context, context.operation.rows(), out);
  PERTSCALE_PETSC(MatShellSetOperation(*out, MATOP_MULT, reinterpret_cast<void (*)()>(multiply_a)));
  PERTSCALE_PETSC(MatShellSetOperation(*out, MATOP_MULT_TRANSPOSE,
                                       reinterpret_cast<void (*)()>(multiply_a_transposed)));
  PERTSCALE_PETSC(MatShellSetOperation(*out, MATOP_NORM, reinterpret_cast<void (*)()>(norm_of)));
}

void make_damped_shell(ShellContext& context, _p_Mat** out) {
  make_shell(context, context.operation.rows() + damping_rows(context), out);
  PERTSCALE_PETSC(
      MatShellSetOperation(*out, MATOP_MULT, reinterpret_cast<void (*)()>(multiply_damped)));
  PERTSCALE_PETSC(MatShellSetOperation(*out, MATOP_MULT_TRANSPOSE,
                                       reinterpret_cast<void (*)()>(multiply_damped_transposed)));
}

void make_normal_shell(ShellContext& context, _p_Mat** out) {
  make_shell(context, context.share.own, out);
  PERTSCALE_PETSC(
      MatShellSetOperation(*out, MATOP_MULT, reinterpret_cast<void (*)()>(multiply_normal)));
}

Eigen::VectorXd own_part(_p_Vec* vector) {
  PetscInt size = 0;
  PetscScalar const* values = nullptr;
  PERTSCALE_PETSC(VecGetLocalSize(vector, &size));
  PERTSCALE_PETSC(VecGetArrayRead(vector, &values));
  Eigen::VectorXd copy = Eigen::Map<Eigen::VectorXd const>(values, size);
  PERTSCALE_PETSC(VecRestoreArrayRead(vector, &values));
  return copy;
}

void set_own_part(_p_Vec* vector, Eigen::Ref<Eigen::VectorXd const> const& own) {
  PetscInt size = 0;
  PetscScalar* values = nullptr;
  PERTSCALE_PETSC(VecGetLocalSize(vector, &size));
  if (size != own.size()) throw InternalError("a vector of PETSc has another size");
  PERTSCALE_PETSC(VecGetArrayWrite(vector, &values));
  Eigen::Map<Eigen::VectorXd>(values, size) = own;
  PERTSCALE_PETSC(VecRestoreArrayWrite(vector, &values));
}

}  // namespace pertscale
