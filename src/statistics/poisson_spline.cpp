#include "statistics/poisson_spline.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/sums.hpp"

namespace pertscale {

double sorted_quantile(std::span<double const> sorted, double share) {
  double const place = share * static_cast<double>(sorted.size() - 1);
  auto const below = static_cast<std::size_t>(place);
  if (below + 1 >= sorted.size()) return sorted.back();
  double const weight = place - static_cast<double>(below);
  return sorted[below] + weight * (sorted[below + 1] - sorted[below]);
}

namespace {

double cube_above(double x, double knot) {
  double const above = std::max(x - knot, 0.0);
  return above * above * above;
}

/// (|x - a|_+^3 - |x - b|_+^3) / (b - a)
double truncated_difference(double x, double knot, double last) {
  return (cube_above(x, knot) - cube_above(x, last)) / (last - knot);
}

Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }

}  // namespace

Matrix natural_spline_basis(std::span<double const> x, std::size_t df) {
  std::vector<double> sorted(x.begin(), x.end());
  std::sort(sorted.begin(), sorted.end());
  double const lowest = sorted.front(), range = sorted.back() - sorted.front();
  std::vector<double> knots;
  for (std::size_t k = 0; k <= df; ++k) {
    double const share = static_cast<double>(k) / static_cast<double>(df);
    knots.push_back((sorted_quantile(sorted, share) - lowest) / range);
  }
  Matrix basis(index(x.size()), index(df + 1));
  for (std::size_t i = 0; i < x.size(); ++i) {
    double const at = (x[i] - lowest) / range;
    basis(index(i), 0) = 1;
    basis(index(i), 1) = at;
    double const base = truncated_difference(at, knots[df - 1], knots[df]);
    for (std::size_t k = 0; k + 2 < knots.size(); ++k)
      basis(index(i), index(k + 2)) = truncated_difference(at, knots[k], knots[df]) - base;
  }
  return basis;
}

namespace {

/// Orthonormal columns of the same span (modified Gram and Schmidt, twice); false where a column
/// adds nothing.
bool orthonormalise(Matrix& columns) {
  auto const rows = static_cast<std::size_t>(columns.rows());
  auto const product = [&](Eigen::Index a, Eigen::Index b) {
    return ordered_sum(rows,
                       [&](std::size_t i) { return columns(index(i), a) * columns(index(i), b); });
  };
  for (Eigen::Index c = 0; c < columns.cols(); ++c) {
    double const before = std::sqrt(product(c, c));
    for (int pass = 0; pass < 2; ++pass)
      for (Eigen::Index p = 0; p < c; ++p) {
        double const shared = product(p, c);
        for (Eigen::Index i = 0; i < columns.rows(); ++i) columns(i, c) -= shared * columns(i, p);
      }
    double const norm = std::sqrt(product(c, c));
    if (!(norm > 1e-12 * before)) return false;
    for (Eigen::Index i = 0; i < columns.rows(); ++i) columns(i, c) /= norm;
  }
  return true;
}

/// Solves a small symmetric positive definite system in place (Cholesky); false if it is singular.
bool solve_small(Matrix& a, std::vector<double>& b) {
  Eigen::Index const n = a.rows();
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index j = 0; j <= i; ++j) {
      double sum = a(i, j);
      for (Eigen::Index k = 0; k < j; ++k) sum -= a(i, k) * a(j, k);
      if (i == j && !(sum > 0)) return false;
      a(i, j) = i == j ? std::sqrt(sum) : sum / a(j, j);
    }
  for (Eigen::Index i = 0; i < n; ++i) {
    auto& value = b[static_cast<std::size_t>(i)];
    for (Eigen::Index k = 0; k < i; ++k) value -= a(i, k) * b[static_cast<std::size_t>(k)];
    value /= a(i, i);
  }
  for (Eigen::Index i = n; i-- > 0;) {
    auto& value = b[static_cast<std::size_t>(i)];
    for (Eigen::Index k = i + 1; k < n; ++k) value -= a(k, i) * b[static_cast<std::size_t>(k)];
    value /= a(i, i);
  }
  return true;
}

double poisson_deviance(std::span<double const> counts, std::vector<double> const& expected) {
  return 2 * ordered_sum(counts.size(), [&](std::size_t i) {
           double const y = counts[i], mu = expected[i];
           return (y > 0 ? y * std::log(y / mu) : 0) - (y - mu);
         });
}

/// One step: coefficients of the weighted least squares of the working response.
bool weighted_step(Matrix const& columns, std::span<double const> counts,
                   std::vector<double> const& eta, std::vector<double> const& mu,
                   std::vector<double>& coefficients) {
  std::size_t const rows = counts.size();
  Matrix normal(columns.cols(), columns.cols());
  for (Eigen::Index a = 0; a < columns.cols(); ++a) {
    for (Eigen::Index b = 0; b <= a; ++b)
      normal(a, b) = ordered_sum(
          rows, [&](std::size_t i) { return mu[i] * columns(index(i), a) * columns(index(i), b); });
    coefficients[static_cast<std::size_t>(a)] = ordered_sum(rows, [&](std::size_t i) {
      return columns(index(i), a) * (mu[i] * eta[i] + counts[i] - mu[i]);
    });
  }
  return solve_small(normal, coefficients);
}

}  // namespace

PoissonFit poisson_regression(Matrix const& design, std::span<double const> counts) {
  constexpr int most_steps = 100;
  Matrix columns = design;
  if (!orthonormalise(columns)) return {Status("singular"), {}, 0};
  std::size_t const rows = counts.size();
  std::vector<double> mu(rows), eta(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    mu[i] = counts[i] + 0.1;
    eta[i] = std::log(mu[i]);
  }
  std::vector<double> coefficients(static_cast<std::size_t>(columns.cols()));
  double before = std::numeric_limits<double>::infinity();
  for (int step = 0; step < most_steps; ++step) {
    if (!weighted_step(columns, counts, eta, mu, coefficients)) return {Status("singular"), {}, 0};
    for (std::size_t i = 0; i < rows; ++i) {
      eta[i] = ordered_sum(coefficients.size(), [&](std::size_t c) {
        return columns(index(i), index(c)) * coefficients[c];
      });
      mu[i] = std::max(std::exp(eta[i]), std::numeric_limits<double>::epsilon());
    }
    double const deviance = poisson_deviance(counts, mu);
    if (!std::isfinite(deviance)) break;
    if (std::fabs(deviance - before) <= 1e-10 * (std::fabs(deviance) + 0.1))
      return {{}, std::move(mu), deviance};
    before = deviance;
  }
  return {Status("not_converged"), {}, 0};
}

}  // namespace pertscale
