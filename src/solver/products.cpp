#include "solver/products.hpp"

#include "core/error.hpp"

extern "C" {
void dgemm_(char const*, char const*, int const*, int const*, int const*, double const*,
            double const*, int const*, double const*, int const*, double const*, double*,
            int const*);
void sgemm_(char const*, char const*, int const*, int const*, int const*, float const*,
            float const*, int const*, float const*, int const*, float const*, float*, int const*);
void dsyrk_(char const*, char const*, int const*, int const*, double const*, double const*,
            int const*, double const*, double*, int const*);
}

namespace pertscale {

namespace {

int size(Eigen::Index n) { return static_cast<int>(n); }

}  // namespace

// BLAS counts by columns: a row-major matrix is its transpose there.

void multiply(RowMatrix const& a, RowMatrix const& b, RowMatrix& out) {
  if (a.cols() != b.rows()) throw InternalError("multiply: shapes do not fit");
  out.setZero(a.rows(), b.cols());
  if (out.size() == 0 || a.cols() == 0) return;
  int const m = size(b.cols()), n = size(a.rows()), k = size(a.cols());
  double const one = 1, zero = 0;
  dgemm_("N", "N", &m, &n, &k, &one, b.data(), &m, a.data(), &k, &zero, out.data(), &m);
}

void multiply_transposed(RowMatrix const& a, RowMatrix const& b, RowMatrix& out) {
  if (a.cols() != b.cols()) throw InternalError("multiply_transposed: shapes do not fit");
  out.setZero(a.rows(), b.rows());
  if (out.size() == 0 || a.cols() == 0) return;
  int const m = size(b.rows()), n = size(a.rows()), k = size(a.cols());
  double const one = 1, zero = 0;
  dgemm_("T", "N", &m, &n, &k, &one, b.data(), &k, a.data(), &k, &zero, out.data(), &m);
}

void multiply_transposed(FloatRowMatrix const& a, FloatRowMatrix const& b, FloatRowMatrix& out) {
  if (a.cols() != b.cols()) throw InternalError("multiply_transposed: shapes do not fit");
  out.resize(a.rows(), b.rows());
  if (a.cols() == 0) out.setZero();
  if (out.size() == 0 || a.cols() == 0) return;
  int const m = size(b.rows()), n = size(a.rows()), k = size(a.cols());
  float const one = 1, zero = 0;
  sgemm_("T", "N", &m, &n, &k, &one, b.data(), &k, a.data(), &k, &zero, out.data(), &m);
}

void cross_product(RowMatrix const& a, Eigen::MatrixXd& out) {
  out.resize(a.cols(), a.cols());
  if (a.rows() == 0) out.setZero();
  if (out.size() == 0 || a.rows() == 0) return;
  int const n = size(a.cols()), k = size(a.rows());
  double const one = 1, zero = 0;
  dsyrk_("L", "N", &n, &k, &one, a.data(), &n, &zero, out.data(), &n);
}

}  // namespace pertscale
