#include "solver/truncated_svd.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/error.hpp"

extern "C" {
void dgeqrf_(int const* m, int const* n, double* a, int const* lda, double* tau, double* work,
             int const* lwork, int* info);
void dormqr_(char const* side, char const* trans, int const* m, int const* n, int const* k,
             double const* a, int const* lda, double const* tau, double* c, int const* ldc,
             double* work, int const* lwork, int* info);
void dgesdd_(char const* jobz, int const* m, int const* n, double* a, int const* lda, double* s,
             double* u, int const* ldu, double* vt, int const* ldvt, double* work, int const* lwork,
             int* iwork, int* info);
}

namespace pertscale {

namespace {

/// Calls a LAPACK routine twice: for the size of its workspace, and to work.
template <class Routine>
void with_workspace(char const* name, Routine&& routine) {
  double size = 0;
  int info = routine(&size, -1);
  std::vector<double> work(std::max<std::size_t>(1, static_cast<std::size_t>(size)));
  if (info == 0) info = routine(work.data(), static_cast<int>(work.size()));
  if (info != 0) throw InternalError(fmt::format("{}: LAPACK says {}", name, info));
}

/// Householder QR of a matrix that is at least as tall as wide; the factor stays packed.
class TallQr {
 public:
  explicit TallQr(Eigen::MatrixXd matrix) : packed_(std::move(matrix)), tau_(packed_.cols()) {
    int const m = rows(), n = columns();
    with_workspace("dgeqrf", [&](double* work, int size) {
      int info = 0;
      dgeqrf_(&m, &n, packed_.data(), &m, tau_.data(), work, &size, &info);
      return info;
    });
  }

  Eigen::MatrixXd r() const {
    return packed_.topRows(packed_.cols()).triangularView<Eigen::Upper>();
  }

  /// Q times a matrix with as many rows as the factor has columns.
  Eigen::MatrixXd q_times(Eigen::MatrixXd const& small) const {
    Eigen::MatrixXd out = Eigen::MatrixXd::Zero(packed_.rows(), small.cols());
    out.topRows(small.rows()) = small;
    int const m = rows(), k = columns(), n = static_cast<int>(small.cols());
    with_workspace("dormqr", [&](double* work, int size) {
      int info = 0;
      dormqr_("L", "N", &m, &n, &k, packed_.data(), &m, tau_.data(), out.data(), &m, work, &size,
              &info);
      return info;
    });
    return out;
  }

 private:
  int rows() const { return static_cast<int>(packed_.rows()); }
  int columns() const { return static_cast<int>(packed_.cols()); }

  Eigen::MatrixXd packed_;
  Eigen::VectorXd tau_;
};

/// All left singular vectors and values of a square matrix.
TruncatedSvd square_svd(Eigen::MatrixXd matrix) {
  int const n = static_cast<int>(matrix.rows());
  TruncatedSvd svd{Eigen::MatrixXd(n, n), Eigen::VectorXd(n)};
  Eigen::MatrixXd right(n, n);
  std::vector<int> integers(static_cast<std::size_t>(8 * n));
  with_workspace("dgesdd", [&](double* work, int size) {
    int info = 0;
    dgesdd_("S", &n, &n, matrix.data(), &n, svd.singular.data(), svd.left.data(), &n, right.data(),
            &n, work, &size, integers.data(), &info);
    return info;
  });
  return svd;
}

}  // namespace

void fix_signs(Eigen::MatrixXd& left) {
  for (Eigen::Index k = 0; k < left.cols(); ++k) {
    Eigen::Index largest = 0;
    for (Eigen::Index i = 1; i < left.rows(); ++i)
      if (std::fabs(left(i, k)) > std::fabs(left(largest, k))) largest = i;
    if (left.rows() > 0 && left(largest, k) < 0) left.col(k) *= -1;
  }
}

void settle(TruncatedSvd& svd, Eigen::Index rows, Eigen::Index columns) {
  double const noise = static_cast<double>(std::max(rows, columns)) *
                       std::numeric_limits<double>::epsilon() * svd.singular(0);
  for (auto& value : svd.singular)
    if (value <= noise) value = 0;
  fix_signs(svd.left);
}

TruncatedSvd truncated_svd(Eigen::Ref<Eigen::MatrixXd const> const& matrix, Eigen::Index rank) {
  if (!matrix.allFinite()) throw InternalError("truncated_svd: a value is not finite");
  Eigen::Index const kept = std::min({rank, matrix.rows(), matrix.cols()});
  if (kept <= 0) return {Eigen::MatrixXd(matrix.rows(), 0), Eigen::VectorXd(0)};

  TruncatedSvd svd;
  if (matrix.rows() >= matrix.cols()) {  // A = Q R = (Q U_R) S V'
    TallQr const qr(matrix);
    svd = square_svd(qr.r());
    svd.left = qr.q_times(svd.left.leftCols(kept));
  } else {  // A' = Q R, so A = R' Q' = U_R' S (Q V)'
    svd = square_svd(TallQr(matrix.transpose()).r().transpose());
    svd.left = svd.left.leftCols(kept).eval();
  }
  svd.singular = svd.singular.head(kept).eval();
  settle(svd, matrix.rows(), matrix.cols());
  return svd;
}

}  // namespace pertscale
