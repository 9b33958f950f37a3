#pragma once
#include <Eigen/Core>

#include "parallel/communicator.hpp"
#include "solver/rank_sums.hpp"
#include "solver/row_operator.hpp"

// PETSc's own handles, named without its headers (and its MPI's): a communicator by Fortran number.
struct _p_Mat;
struct _p_Vec;

namespace pertscale {

/// What PETSc's shell matrices of a row operator work on; it must outlive them. Vectors over the
/// rows are spread as the operator's rows are, vectors over the columns evenly.
struct ShellContext {
  ShellContext(Communicator const& members, RowOperator const& a, double penalty = 0)
      : team(members),
        operation(a),
        lambda(penalty),
        share(even_share(a.columns(), members.rank(), members.size())) {}

  Communicator const& team;
  RowOperator const& operation;
  double lambda;
  double norm = 0;  ///< Frobenius norm of A, where a solver asks for a norm of it
  RowSpan share;    ///< of the columns, this rank's
};

/// A shell for A, with its transpose.
void make_product_shell(ShellContext& context, _p_Mat** out);
/// A shell for A with sqrt(lambda) I below it, with its transpose: below this rank's rows of A its
/// share of the columns, or nothing where lambda is 0.
void make_damped_shell(ShellContext& context, _p_Mat** out);
/// A shell for A' A + lambda I.
void make_normal_shell(ShellContext& context, _p_Mat** out);
/// Copies of this rank's entries of a vector, and to them.
Eigen::VectorXd own_part(_p_Vec* vector);
void set_own_part(_p_Vec* vector, Eigen::Ref<Eigen::VectorXd const> const& values);

}  // namespace pertscale
