#include "statistics/group_distances.hpp"

#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/sums.hpp"
#include "core/vector_loops.hpp"
#include "solver/products.hpp"

namespace pertscale {

namespace {

struct CentredRows {
  Matrix points;
  Vector norms;

  CentredRows(Matrix rows, Vector const& centre) : points(std::move(rows)), norms(points.rows()) {
    points.rowwise() -= centre.transpose();
    for (Eigen::Index i = 0; i < points.rows(); ++i) {
      double const* const x = points.row(i).data();
      norms[i] = ordered_sum(static_cast<std::size_t>(points.cols()),
                             [&](std::size_t k) { return x[k] * x[k]; });
    }
  }
};

CentredRows centred(StackedGroups const& stack, GroupRange range, Vector const& centre) {
  Eigen::Index const first = stack.starts[range.first];
  return {stack.points.middleRows(first, stack.starts[range.last] - first), centre};
}

Matrix means_of(std::vector<GroupTerms> const& terms, GroupRange range) {
  Matrix out(static_cast<Eigen::Index>(range.last - range.first), terms.front().mean.size());
  for (std::size_t g = range.first; g < range.last; ++g)
    out.row(static_cast<Eigen::Index>(g - range.first)) = terms[g].mean.transpose();
  return out;
}

/// What each group takes off twice the squared distance of means; NaN where it has no term.
Vector own_terms(std::vector<GroupTerms> const& terms, GroupRange range, EnergyForm const& form) {
  Vector out(static_cast<Eigen::Index>(range.last - range.first));
  for (std::size_t g = range.first; g < range.last; ++g) {
    auto const& [mean, variance, self, cells] = terms[g];
    double const corrected = form.corrected ? 2 * variance / static_cast<double>(cells) : 0;
    out[static_cast<Eigen::Index>(g - range.first)] =
        std::isnan(self) ? std::numeric_limits<double>::quiet_NaN() : corrected;
  }
  return out;
}

}  // namespace

Matrix mean_distances(StackedGroups const& stack, GroupRange rows, GroupRange columns) {
  Vector const centre = mean_point(stack.points.topRows(stack.cells(0)));
  CentredRows const left = centred(stack, rows, centre);
  CentredRows const right = centred(stack, columns, centre);
  Matrix product;
  multiply_transposed(left.points, right.points, product);
  Matrix out = Matrix::Zero(static_cast<Eigen::Index>(rows.last - rows.first),
                            static_cast<Eigen::Index>(columns.last - columns.first));
  Eigen::Index const top = stack.starts[rows.first], start = stack.starts[columns.first];
  auto const n = static_cast<std::size_t>(product.cols());
  for (std::size_t g = rows.first; g < rows.last; ++g)
    for (Eigen::Index cell = stack.starts[g]; cell < stack.starts[g + 1]; ++cell) {
      double* const row = product.row(cell - top).data();
      squares_from_products(left.norms[cell - top], right.norms.data(), row, n);
      if (cell >= start && cell - start < product.cols()) row[cell - start] = 0;
      take_roots(row, n);
      for (std::size_t h = columns.first; h < columns.last; ++h)
        out(static_cast<Eigen::Index>(g - rows.first),
            static_cast<Eigen::Index>(h - columns.first)) +=
            sum_of(row + (stack.starts[h] - start), static_cast<std::size_t>(stack.cells(h)));
    }
  for (std::size_t g = rows.first; g < rows.last; ++g)
    for (std::size_t h = columns.first; h < columns.last; ++h)
      out(static_cast<Eigen::Index>(g - rows.first),
          static_cast<Eigen::Index>(h - columns.first)) /=
          static_cast<double>(stack.cells(g)) * static_cast<double>(stack.cells(h));
  return out;
}

Matrix squared_energies(std::vector<GroupTerms> const& terms, GroupRange rows, GroupRange columns,
                        EnergyForm const& form) {
  if (form.metric != PointMetric::sqeuclidean)
    throw InternalError("squared_energies: a form of pairs was asked for");
  Vector const centre = terms.front().mean;
  CentredRows const left(means_of(terms, rows), centre), right(means_of(terms, columns), centre);
  Matrix out;
  multiply_transposed(left.points, right.points, out);
  Vector const of_rows = own_terms(terms, rows, form), of_columns = own_terms(terms, columns, form);
  for (Eigen::Index i = 0; i < out.rows(); ++i) {
    squares_from_products(left.norms[i], right.norms.data(), out.row(i).data(),
                          static_cast<std::size_t>(out.cols()));
    for (Eigen::Index j = 0; j < out.cols(); ++j)
      out(i, j) = form.scale * (2 * out(i, j) - of_rows[i] - of_columns[j]);
  }
  return out;
}

}  // namespace pertscale
