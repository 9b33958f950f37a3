#pragma once
#include <Eigen/Core>
#include <string>
#include <vector>

#include "parallel/communicator.hpp"
#include "solver/row_operator.hpp"

namespace pertscale {

enum class LeastSquaresBody {
  exact,   ///< rank-revealing QR of the gathered rows, on every rank; the oracle of the others
  lsqr,    ///< LSQR on A, with sqrt(penalty) I below it (Paige and Saunders 1982)
  normal,  ///< conjugate gradients on A' A + penalty I, which squares the condition number
};

struct LeastSquaresOptions {
  double penalty = 0;      ///< of |X|^2, not divided by the rows; the intercept has none
  bool intercept = false;  ///< centre A (implicitly, sparse rows stay sparse) and B
  LeastSquaresBody body = LeastSquaresBody::lsqr;
  double tolerance = 1e-13;  ///< of the iterative bodies: ends where PETSc's recurrence has
                             ///< |A'(b - A x) - penalty x| <= tolerance |A' b|
  int iterations = 10000;    ///< at most, of each right-hand side
};

/// How one right-hand side ended.
struct LeastSquaresEnd {
  int iterations = 0;  ///< 0 for the exact body
  double residual =
      0;  ///< |A'(b - A x) - penalty x| / |A' b|, computed afresh from x; 0 if A' b = 0
  bool converged = false;  ///< by PETSc's word: `residual` may be larger than the tolerance
  std::string reason;      ///< PETSc's (KSPConvergedReasons), "QR", or "A' b is zero"
};

struct LeastSquares {
  RowMatrix coefficients;        ///< columns of A x right-hand sides, on every rank
  Eigen::RowVectorXd intercept;  ///< of each right-hand side; zero if not asked for or no row
  std::vector<LeastSquaresEnd> ends;

  bool converged() const;  ///< of all right-hand sides
};

/// min |A X + 1 c - B|^2 + penalty |X|^2 over X (and c, with an intercept), for the rows of A and
/// B (one right-hand side a column) spread alike over `team`. At penalty 0 the solution of least
/// norm. Without convergence the last iterate is returned, and said. Collective over `team`; the
/// same team and rows give the same bits, other numbers of ranks agree as the tolerance and the
/// condition number allow. Throws InternalError for shapes that do not fit, a penalty that is
/// negative or not finite, a tolerance that is not positive, negative iterations, or a value that
/// is not finite.
LeastSquares least_squares(Communicator const& team, RowOperator const& a, RowMatrix const& b,
                           LeastSquaresOptions const& options = {});

}  // namespace pertscale
