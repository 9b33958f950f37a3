#include "solver/spd_solve_scalapack.hpp"

#include <fmt/format.h>
#include <mpi.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <span>

#include "core/error.hpp"

extern "C" {
int Csys2blacs_handle(MPI_Comm comm);
void Cfree_blacs_system_handle(int handle);
void Cblacs_gridinit(int* context, char const* order, int rows, int columns);
void Cblacs_gridinfo(int context, int* rows, int* columns, int* row, int* column);
void Cblacs_gridexit(int context);
int numroc_(int const* n, int const* block, int const* at, int const* first, int const* count);
void descinit_(int* descriptor, int const* m, int const* n, int const* row_block,
               int const* column_block, int const* first_row, int const* first_column,
               int const* context, int const* stride, int* info);
void pdpotrf_(char const* half, int const* n, double* a, int const* row, int const* column,
              int const* descriptor, int* info);
void pdpotrs_(char const* half, int const* n, int const* right_sides, double const* a,
              int const* row_a, int const* column_a, int const* descriptor_a, double* b,
              int const* row_b, int const* column_b, int const* descriptor_b, int* info);
}

namespace pertscale {

namespace {

constexpr int block = 64;
constexpr int one = 1, zero = 0;

/// The members of a team as a grid, row by row, as near to a square as their number allows.
class ProcessGrid {
 public:
  explicit ProcessGrid(Communicator const& team)
      : handle_(Csys2blacs_handle(MPI_Comm_f2c(team.fortran_handle()))), context_(handle_) {
    rows_ = static_cast<int>(std::sqrt(static_cast<double>(team.size())));
    while (team.size() % rows_ != 0) --rows_;
    columns_ = team.size() / rows_;
    Cblacs_gridinit(&context_, "Row", rows_, columns_);
    Cblacs_gridinfo(context_, &rows_, &columns_, &row_, &column_);
  }
  ProcessGrid(ProcessGrid const&) = delete;
  ProcessGrid& operator=(ProcessGrid const&) = delete;
  ~ProcessGrid() {
    if (std::uncaught_exceptions() != 0) return;  // leaving is collective
    Cblacs_gridexit(context_);
    Cfree_blacs_system_handle(handle_);
  }

  int context() const { return context_; }
  int rows() const { return rows_; }
  int columns() const { return columns_; }
  int row() const { return row_; }
  int column() const { return column_; }

 private:
  int handle_, context_;
  int rows_ = 1, columns_ = 1, row_ = 0, column_ = 0;
};

/// Which global index stands at local index `at` of member `member` of `members`.
Eigen::Index global_of(Eigen::Index at, int member, int members) {
  return (at / block * members + member) * block + at % block;
}

/// This rank's part of a matrix in blocks dealt out cyclically over the grid.
class CyclicMatrix {
 public:
  CyclicMatrix(ProcessGrid const& grid, Eigen::Index rows, Eigen::Index columns)
      : grid_(grid), m_(static_cast<int>(rows)), n_(static_cast<int>(columns)) {
    int const mine_rows = own_rows(grid.row()), mine_columns = own_columns(grid.column());
    int const context = grid.context(), stride = std::max(1, mine_rows);
    int info = 0;
    descinit_(descriptor_, &m_, &n_, &block, &block, &zero, &zero, &context, &stride, &info);
    if (info != 0) throw InternalError(fmt::format("descinit: ScaLAPACK says {}", info));
    own_.resize(mine_rows, mine_columns);
  }

  /// own(i, j) = entry(global i, global j).
  template <class Entry>
  void fill(Entry&& entry) {
    for (Eigen::Index j = 0; j < own_.cols(); ++j)
      for (Eigen::Index i = 0; i < own_.rows(); ++i)
        own_(i, j) = entry(global_of(i, grid_.row(), grid_.rows()),
                           global_of(j, grid_.column(), grid_.columns()));
  }

  /// The whole matrix on every rank: each member sends its part to all.
  Eigen::MatrixXd whole(Communicator const& team) const {
    Eigen::MatrixXd out(m_, n_), part;
    for (int r = 0; r < grid_.rows(); ++r)
      for (int c = 0; c < grid_.columns(); ++c) {
        bool const mine = r == grid_.row() && c == grid_.column();
        part = mine ? own_ : Eigen::MatrixXd(own_rows(r), own_columns(c));
        team.broadcast(
            std::as_writable_bytes(std::span(part.data(), static_cast<std::size_t>(part.size()))),
            r * grid_.columns() + c);
        for (Eigen::Index j = 0; j < part.cols(); ++j)
          for (Eigen::Index i = 0; i < part.rows(); ++i)
            out(global_of(i, r, grid_.rows()), global_of(j, c, grid_.columns())) = part(i, j);
      }
    return out;
  }

  double* data() { return own_.data(); }
  int const* descriptor() const { return descriptor_; }

 private:
  int own_rows(int row) const {
    int const members = grid_.rows();
    return numroc_(&m_, &block, &row, &zero, &members);
  }
  int own_columns(int column) const {
    int const members = grid_.columns();
    return numroc_(&n_, &block, &column, &zero, &members);
  }

  ProcessGrid const& grid_;
  int m_, n_;
  int descriptor_[9] = {};
  Eigen::MatrixXd own_;
};

/// A + lambda I and its Cholesky factor over the members.
class TeamCholesky {
 public:
  TeamCholesky(Communicator const& team, Eigen::MatrixXd const& a, double lambda)
      : team_(team), grid_(team), n_(static_cast<int>(a.rows())), factor_(grid_, n_, n_) {
    factor_.fill([&](Eigen::Index i, Eigen::Index j) {
      return i == j ? a(i, i) + lambda : a(std::max(i, j), std::min(i, j));
    });
    int info = 0;
    pdpotrf_("L", &n_, factor_.data(), &one, &one, factor_.descriptor(), &info);
    if (info < 0) throw InternalError(fmt::format("pdpotrf: ScaLAPACK says {}", info));
    definite_ = info == 0;
  }

  bool definite() const { return definite_; }

  Eigen::MatrixXd solve(Eigen::MatrixXd const& b) {
    CyclicMatrix x(grid_, n_, b.cols());
    x.fill([&](Eigen::Index i, Eigen::Index j) { return b(i, j); });
    int const right_sides = static_cast<int>(b.cols());
    int info = 0;
    pdpotrs_("L", &n_, &right_sides, factor_.data(), &one, &one, factor_.descriptor(), x.data(),
             &one, &one, x.descriptor(), &info);
    if (info != 0) throw InternalError(fmt::format("pdpotrs: ScaLAPACK says {}", info));
    return x.whole(team_);
  }

 private:
  Communicator const& team_;
  ProcessGrid grid_;
  int n_;
  CyclicMatrix factor_;
  bool definite_ = false;
};

/// Largest column sum of |A + lambda I|, of the lower half.
double one_norm(Eigen::MatrixXd const& a, double lambda) {
  Eigen::VectorXd sums = Eigen::VectorXd::Zero(a.rows());
  for (Eigen::Index j = 0; j < a.cols(); ++j) {
    sums(j) += std::fabs(a(j, j) + lambda);
    for (Eigen::Index i = j + 1; i < a.rows(); ++i) {
      sums(i) += std::fabs(a(i, j));
      sums(j) += std::fabs(a(i, j));
    }
  }
  return sums.maxCoeff();
}

/// A lower bound, mostly sharp, of the 1-norm of the inverse of a symmetric matrix: Higham 1988,
/// ACM TOMS 14, algorithm 4.1, as LAPACK's dlacon and Eigen's LLT::rcond. (ScaLAPACK's pdpocon is
/// known to hang where PARPACK's functions of the same names are linked too, as SLEPc does.)
double inverse_norm(TeamCholesky& factor, Eigen::Index n) {
  Eigen::VectorXd v = factor.solve(Eigen::VectorXd::Constant(n, 1.0 / static_cast<double>(n)));
  double bound = v.lpNorm<1>();
  if (n == 1) return bound;
  Eigen::VectorXd sign = Eigen::VectorXd::Zero(n), old_sign;
  Eigen::Index at = -1;
  for (int step = 0; step < 4; ++step) {
    old_sign = sign;
    for (Eigen::Index i = 0; i < n; ++i) sign(i) = v(i) < 0 ? -1 : 1;
    if (step > 0 && sign == old_sign) break;
    v = factor.solve(sign);
    Eigen::Index const old = at;
    v.cwiseAbs().maxCoeff(&at);
    if (at == old) break;
    v = factor.solve(Eigen::VectorXd::Unit(n, at));
    double const next = v.lpNorm<1>();
    if (!(next > bound)) break;
    bound = next;
  }
  for (Eigen::Index i = 0; i < n; ++i)  // a vector that the signs above may have missed
    v(i) = (i % 2 == 0 ? 1 : -1) * (1 + static_cast<double>(i) / static_cast<double>(n - 1));
  double const other = 2 * factor.solve(v).lpNorm<1>() / (3 * static_cast<double>(n));
  return std::max(bound, other);
}

}  // namespace

std::optional<Eigen::MatrixXd> spd_solve_scalapack(Communicator const& team,
                                                   Eigen::MatrixXd const& a, double lambda,
                                                   Eigen::MatrixXd const& b) {
  if (a.rows() != a.cols() || a.rows() != b.rows())
    throw InternalError("spd_solve_scalapack: shapes do not fit");
  Eigen::Index const n = a.rows();
  if (n == 0) return b;
  TeamCholesky factor(team, a, lambda);
  if (!factor.definite()) return std::nullopt;
  double const smallest = static_cast<double>(n) * std::numeric_limits<double>::epsilon();
  double const reciprocal = 1 / (one_norm(a, lambda) * inverse_norm(factor, n));
  if (!(reciprocal > smallest)) return std::nullopt;
  if (b.cols() == 0) return b;
  return factor.solve(b);
}

}  // namespace pertscale
