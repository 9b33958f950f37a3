#include "solver/least_squares.hpp"

#include <mpi.h>
#include <petscksp.h>

#include <Eigen/QR>
#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "solver/owned.hpp"
#include "solver/petsc_check.hpp"
#include "solver/petsc_session.hpp"
#include "solver/petsc_shell.hpp"
#include "solver/rank_sums.hpp"

namespace pertscale {

bool LeastSquares::converged() const {
  return std::all_of(ends.begin(), ends.end(), [](auto const& end) { return end.converged; });
}

namespace {

/// PETSc's own test of LSQR compares with estimates of norms; this one is that of `normal`. Before
/// the first iteration PETSc has no |A' r| yet (it says 0); it is |A' b| then, which is not zero.
PetscErrorCode test_normal_residual(KSP solver, PetscInt iteration, PetscReal,
                                    KSPConvergedReason* reason, void* target) {
  PetscReal residual = 0, norm = 0;
  PERTSCALE_PETSC(KSPLSQRGetNorms(solver, &residual, &norm));
  *reason = KSP_CONVERGED_ITERATING;
  if (iteration == 0) return 0;
  if (!std::isfinite(residual)) *reason = KSP_DIVERGED_NANORINF;
  if (residual <= *static_cast<double const*>(target)) *reason = KSP_CONVERGED_RTOL_NORMAL;
  return 0;
}

/// One matrix of PETSc for all right-hand sides.
class KrylovSolver {
 public:
  KrylovSolver(Communicator const& team, RowOperator const& a, LeastSquaresOptions const& options)
      : options_(options), context_(team, a, options.penalty) {
    start_petsc();
    bool const lsqr = options.body == LeastSquaresBody::lsqr;
    if (lsqr)
      make_damped_shell(context_, matrix_.address());
    else
      make_normal_shell(context_, matrix_.address());
    PERTSCALE_PETSC(MatCreateVecs(matrix_.get(), x_.address(), right_.address()));
    PERTSCALE_PETSC(KSPCreate(MPI_Comm_f2c(team.fortran_handle()), solver_.address()));
    PERTSCALE_PETSC(KSPSetOperators(solver_.get(), matrix_.get(), matrix_.get()));
    PERTSCALE_PETSC(KSPSetType(solver_.get(), lsqr ? KSPLSQR : KSPCG));
    PC none = nullptr;  // the solver's
    PERTSCALE_PETSC(KSPGetPC(solver_.get(), &none));
    PERTSCALE_PETSC(PCSetType(none, PCNONE));
    // Relative to the right-hand side, which is A' b for conjugate gradients.
    PERTSCALE_PETSC(
        KSPSetTolerances(solver_.get(), options.tolerance, 0, PETSC_DEFAULT, options.iterations));
    if (lsqr)
      PERTSCALE_PETSC(
          KSPSetConvergenceTest(solver_.get(), test_normal_residual, &target_, nullptr));
    else
      PERTSCALE_PETSC(KSPSetNormType(solver_.get(), KSP_NORM_UNPRECONDITIONED));
  }

  /// Writes x, columns of A, on every rank; `b` is of this rank's rows, `a_b` is A' b.
  LeastSquaresEnd solve(Eigen::VectorXd const& b, Eigen::VectorXd const& a_b,
                        Eigen::Ref<Eigen::VectorXd, 0, Eigen::InnerStride<>> x) {
    target_ = options_.tolerance * a_b.norm();
    auto const& share = context_.share;
    Eigen::VectorXd own = a_b.segment(share.first, share.own);
    if (options_.body == LeastSquaresBody::lsqr) {
      own = Eigen::VectorXd::Zero(b.size() + (options_.penalty > 0 ? share.own : 0));
      own.head(b.size()) = b;
    }
    set_own_part(right_.get(), own);
    PERTSCALE_PETSC(KSPSolve(solver_.get(), right_.get(), x_.get()));
    KSPConvergedReason reason = KSP_CONVERGED_ITERATING;
    PetscInt iterations = 0;
    PERTSCALE_PETSC(KSPGetConvergedReason(solver_.get(), &reason));
    PERTSCALE_PETSC(KSPGetIterationNumber(solver_.get(), &iterations));
    x = gather_rows(context_.team, own_part(x_.get())).col(0);
    return {static_cast<int>(iterations), 0, reason > 0, KSPConvergedReasons[reason]};
  }

 private:
  LeastSquaresOptions const& options_;
  ShellContext context_;
  double target_ = 0;
  Owned<Mat, MatDestroy> matrix_;
  Owned<Vec, VecDestroy> x_, right_;
  Owned<KSP, KSPDestroy> solver_;
};

void solve_exactly(Communicator const& team, RowOperator const& a, RowMatrix const& b,
                   double penalty, LeastSquares& out) {
  RowMatrix const top = whole_matrix(team, a), right = gather_rows(team, b);
  Eigen::Index const n = top.rows(), p = top.cols();
  Eigen::MatrixXd left = Eigen::MatrixXd::Zero(n + p, p);
  Eigen::MatrixXd below = Eigen::MatrixXd::Zero(n + p, b.cols());
  left.topRows(n) = top;
  left.bottomRows(p).diagonal().setConstant(std::sqrt(penalty));
  below.topRows(n) = right;
  if (p > 0 && b.cols() > 0) out.coefficients = left.completeOrthogonalDecomposition().solve(below);
  for (auto& end : out.ends) end = {0, 0, true, "QR"};
}

void measure(Communicator const& team, RowOperator const& a, RowMatrix const& b,
             RowMatrix const& a_b, double penalty, LeastSquares& out) {
  RowMatrix fit(b.rows(), b.cols());
  a.apply(out.coefficients, fit);
  RowMatrix const rest = transposed_product(team, a, b - fit) - penalty * out.coefficients;
  for (Eigen::Index k = 0; k < b.cols(); ++k) {
    double const scale = a_b.col(k).norm();
    out.ends[static_cast<std::size_t>(k)].residual = scale > 0 ? rest.col(k).norm() / scale : 0;
  }
}

/// A and B as they are, or both centred.
LeastSquares solve(Communicator const& team, RowOperator const& a, RowMatrix const& b,
                   LeastSquaresOptions const& options) {
  LeastSquares out;
  out.coefficients = RowMatrix::Zero(a.columns(), b.cols());
  out.intercept = Eigen::RowVectorXd::Zero(b.cols());
  out.ends.resize(static_cast<std::size_t>(b.cols()), {0, 0, true, "A' b is zero"});
  RowMatrix const a_b = transposed_product(team, a, b);
  if (!a_b.allFinite()) throw InternalError("least_squares: a value is not finite");
  if (options.body == LeastSquaresBody::exact) {
    solve_exactly(team, a, b, options.penalty, out);
  } else if (a_b.squaredNorm() > 0) {
    KrylovSolver solver(team, a, options);
    for (Eigen::Index k = 0; k < b.cols(); ++k)
      if (a_b.col(k).norm() > 0)
        out.ends[static_cast<std::size_t>(k)] =
            solver.solve(b.col(k), a_b.col(k), out.coefficients.col(k));
  }
  measure(team, a, b, a_b, options.penalty, out);
  return out;
}

}  // namespace

LeastSquares least_squares(Communicator const& team, RowOperator const& a, RowMatrix const& b,
                           LeastSquaresOptions const& options) {
  if (team.any(a.rows() != b.rows())) throw InternalError("least_squares: shapes do not fit");
  if (!(options.penalty >= 0) || !std::isfinite(options.penalty))
    throw InternalError("least_squares: a penalty is negative or not finite");
  if (options.body != LeastSquaresBody::exact &&
      (!(options.tolerance > 0) || options.iterations < 0))
    throw InternalError("least_squares: a tolerance or a number of iterations makes no sense");
  if (!options.intercept) return solve(team, a, b, options);
  Eigen::VectorXd const mean_a = column_means(team, a), mean_b = column_means(team, DenseRows(b));
  if (!mean_a.allFinite() || !mean_b.allFinite())
    throw InternalError("least_squares: a value is not finite");
  auto out = solve(team, CentredRows(a, mean_a), b.rowwise() - mean_b.transpose(), options);
  out.intercept = mean_b.transpose() - mean_a.transpose() * out.coefficients;
  return out;
}

}  // namespace pertscale
