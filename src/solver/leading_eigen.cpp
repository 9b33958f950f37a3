#include "solver/leading_eigen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/error.hpp"
#include "solver/truncated_svd.hpp"

extern "C" {
void dsyevr_(char const* jobz, char const* range, char const* uplo, int const* n, double* a,
             int const* lda, double const* vl, double const* vu, int const* il, int const* iu,
             double const* abstol, int* m, double* w, double* z, int const* ldz, int* isuppz,
             double* work, int const* lwork, int* iwork, int const* liwork, int* info);
}

namespace pertscale {

LeadingEigen leading_eigen(Eigen::MatrixXd matrix, Eigen::Index count) {
  if (matrix.rows() != matrix.cols()) throw InternalError("leading_eigen: not square");
  int const n = static_cast<int>(matrix.rows());
  int const kept = static_cast<int>(std::min<Eigen::Index>(count, n));
  if (kept <= 0) return {Eigen::VectorXd(0), Eigen::MatrixXd(n, 0)};
  int const first = n - kept + 1;  // LAPACK counts from the smallest
  int found = 0, info = 0, integers = 0;
  double const unused = 0, tolerance = 0;
  double size = 0;
  Eigen::VectorXd values(n);
  Eigen::MatrixXd vectors(n, kept);
  std::vector<int> support(static_cast<std::size_t>(2 * kept));
  auto const call = [&](double* work, int work_size, int* whole, int whole_size) {
    dsyevr_("V", "I", "L", &n, matrix.data(), &n, &unused, &unused, &first, &n, &tolerance, &found,
            values.data(), vectors.data(), &n, support.data(), work, &work_size, whole, &whole_size,
            &info);
  };
  call(&size, -1, &integers, -1);
  std::vector<double> work(static_cast<std::size_t>(size));
  std::vector<int> whole(static_cast<std::size_t>(integers));
  if (info == 0)
    call(work.data(), static_cast<int>(work.size()), whole.data(), static_cast<int>(whole.size()));
  if (info != 0 || found != kept)
    throw InternalError(fmt::format("dsyevr: LAPACK says {}, {} of {} found", info, found, kept));
  LeadingEigen out{values.head(kept).reverse(), vectors.rowwise().reverse()};
  fix_signs(out.vectors);
  return out;
}

}  // namespace pertscale
