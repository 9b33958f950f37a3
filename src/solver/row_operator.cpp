#include "solver/row_operator.hpp"

#include "core/sums.hpp"
#include "solver/rank_sums.hpp"

extern "C" {
void dgemm_(char const*, char const*, int const*, int const*, int const*, double const*,
            double const*, int const*, double const*, int const*, double const*, double*,
            int const*);
void dgemv_(char const*, int const*, int const*, double const*, double const*, int const*,
            double const*, int const*, double const*, double*, int const*);
}

namespace pertscale {

// BLAS counts by columns: a row-major matrix is its transpose there. A Ref's stride is that of its
// rows. A single vector goes by dgemv: dgemm would copy the whole matrix into its blocks first.

void DenseRows::apply(Block const& x, Result y) const {
  y.setZero();
  if (y.size() == 0 || columns() == 0) return;
  int const m = static_cast<int>(x.cols()), n = static_cast<int>(rows());
  int const k = static_cast<int>(columns());
  int const x_stride = static_cast<int>(x.outerStride());
  int const y_stride = static_cast<int>(y.outerStride());
  double const one = 1, zero = 0;
  if (m == 1) {
    dgemv_("T", &k, &n, &one, own_.data(), &k, x.data(), &x_stride, &zero, y.data(), &y_stride);
    return;
  }
  dgemm_("N", "N", &m, &n, &k, &one, x.data(), &x_stride, own_.data(), &k, &zero, y.data(),
         &y_stride);
}

void DenseRows::apply_transposed(Block const& y, Result x) const {
  x.setZero();
  if (x.size() == 0 || rows() == 0) return;
  int const m = static_cast<int>(y.cols()), n = static_cast<int>(columns());
  int const k = static_cast<int>(rows());
  int const y_stride = static_cast<int>(y.outerStride());
  int const x_stride = static_cast<int>(x.outerStride());
  double const one = 1, zero = 0;
  if (m == 1) {
    dgemv_("N", &n, &k, &one, own_.data(), &n, y.data(), &y_stride, &zero, x.data(), &x_stride);
    return;
  }
  dgemm_("N", "T", &m, &n, &k, &one, y.data(), &y_stride, own_.data(), &n, &zero, x.data(),
         &x_stride);
}

Eigen::VectorXd DenseRows::squared_deviations(Eigen::VectorXd const& centre) const {
  Eigen::VectorXd out = Eigen::VectorXd::Zero(columns());
  for (Eigen::Index i = 0; i < rows(); ++i)
    out.array() += (own_.row(i).transpose() - centre).array().square();
  return out;
}

template <class Entry>
void SparseRows::for_each(Entry&& entry) const {
  for (Eigen::Index row = 0; row < rows(); ++row) {
    auto const first = own_.starts[static_cast<std::size_t>(row)];
    auto const last = own_.starts[static_cast<std::size_t>(row) + 1];
    for (auto at = static_cast<std::size_t>(first); at < static_cast<std::size_t>(last); ++at)
      entry(row, own_.indices[at], static_cast<double>(own_.values[at]));
  }
}

void SparseRows::apply(Block const& x, Result y) const {
  y.setZero();
  for_each([&](Eigen::Index row, std::int32_t column, double value) {
    y.row(row).noalias() += value * x.row(column);
  });
}

void SparseRows::apply_transposed(Block const& y, Result x) const {
  x.setZero();
  for_each([&](Eigen::Index row, std::int32_t column, double value) {
    x.row(column).noalias() += value * y.row(row);
  });
}

Eigen::VectorXd SparseRows::squared_deviations(Eigen::VectorXd const& centre) const {
  Eigen::VectorXd sums = Eigen::VectorXd::Zero(columns());
  Eigen::VectorXd zeros = Eigen::VectorXd::Constant(columns(), static_cast<double>(rows()));
  for_each([&](Eigen::Index, std::int32_t column, double value) {
    double const deviation = value - centre(column);
    sums(column) += deviation * deviation;
    zeros(column) -= 1;
  });
  return sums + zeros.cwiseProduct(centre.cwiseAbs2());
}

void CentredRows::apply(Block const& x, Result y) const {
  raw_.apply(x, y);
  Eigen::RowVectorXd const shift = mean_.transpose() * x;
  y.rowwise() -= shift;
}

void CentredRows::apply_transposed(Block const& y, Result x) const {
  raw_.apply_transposed(y, x);
  Eigen::RowVectorXd total = Eigen::RowVectorXd::Zero(y.cols());
  for (Eigen::Index i = 0; i < y.rows(); ++i) total += y.row(i);
  x.noalias() -= mean_ * total;
}

RowMatrix transposed_product(Communicator const& team, RowOperator const& a, RowMatrix const& y) {
  RowMatrix out(a.columns(), y.cols());
  a.apply_transposed(y, out);
  sum_in_rank_order(team, out);
  return out;
}

Eigen::VectorXd column_means(Communicator const& team, RowOperator const& a) {
  auto const total = row_span(team, a.rows()).total;
  if (total == 0) return Eigen::VectorXd::Zero(a.columns());
  RowMatrix const sums = transposed_product(team, a, RowMatrix::Ones(a.rows(), 1));
  return sums.col(0) / static_cast<double>(total);
}

double squared_distance(Communicator const& team, RowOperator const& a,
                        Eigen::VectorXd const& centre) {
  Eigen::VectorXd const columns = a.squared_deviations(centre);
  double sum[] = {ordered_sum({columns.data(), static_cast<std::size_t>(columns.size())})};
  sum_in_rank_order(team, sum);
  return sum[0];
}

RowMatrix whole_matrix(Communicator const& team, RowOperator const& a) {
  RowMatrix own(a.rows(), a.columns());
  a.apply(RowMatrix::Identity(a.columns(), a.columns()), own);
  return gather_rows(team, own);
}

}  // namespace pertscale
