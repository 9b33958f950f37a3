#include "statistics/gene_distances.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/sums.hpp"
#include "core/vector_loops.hpp"

namespace pertscale {

namespace {

using Values = std::span<double const>;

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double epsilon = 1e-8;  ///< pertpy's, added to variances and deviations

/// Walks over the distinct values of both groups: visit(value, to the next, F, G) with F and G the
/// shares of values up to and with `value`.
template <class Visit>
void walk(Values a, Values b, Visit&& visit) {
  auto const n = static_cast<double>(a.size()), m = static_cast<double>(b.size());
  for (std::size_t i = 0, j = 0; i < a.size() || j < b.size();) {
    double const value = j == b.size() || (i < a.size() && a[i] <= b[j]) ? a[i] : b[j];
    while (i < a.size() && a[i] == value) ++i;
    while (j < b.size() && b[j] == value) ++j;
    double next = value;
    if (i < a.size()) next = a[i];
    if (j < b.size() && (i == a.size() || b[j] < next)) next = b[j];
    visit(next - value, static_cast<double>(i) / n, static_cast<double>(j) / m);
  }
}

/// Distinct values with the share of cells that have them.
struct Weighted {
  std::vector<double> values, shares;

  explicit Weighted(Values sorted) {
    for (std::size_t i = 0; i < sorted.size();) {
      std::size_t const first = i;
      while (i < sorted.size() && sorted[i] == sorted[first]) ++i;
      values.push_back(sorted[first]);
      shares.push_back(static_cast<double>(i - first) / static_cast<double>(sorted.size()));
    }
  }
};

/// sum w_i v_j exp(-gamma (x_i - y_j)^2)
double mean_kernel(Weighted const& a, Weighted const& b, double gamma) {
  std::vector<double> row(b.values.size());
  return ordered_sum(a.values.size(), [&](std::size_t i) {
    for (std::size_t j = 0; j < row.size(); ++j) {
      double const d = a.values[i] - b.values[j];
      row[j] = -gamma * (d * d);
    }
    take_exponentials(row.data(), row.size());
    return a.shares[i] *
           ordered_sum(row.size(), [&](std::size_t j) { return b.shares[j] * row[j]; });
  });
}

struct Moments {
  double n = 0, mean = 0, variance = 0;  ///< population variance

  explicit Moments(Values values) : n(static_cast<double>(values.size())) {
    mean = ordered_sum(values.size(), [&](std::size_t i) { return values[i]; }) / n;
    variance = ordered_sum(values.size(),
                           [&](std::size_t i) { return (values[i] - mean) * (values[i] - mean); }) /
               n;
  }
};

double welch_size(Moments const& x, Moments const& y) {
  auto const error = [](Moments const& m) {
    return (m.variance * m.n / (m.n - 1) + epsilon) / m.n;
  };
  return std::fabs((x.mean - y.mean) / std::sqrt(error(x) + error(y)));
}

/// The logarithms of the two directions cancel.
double symmetric_kl(Moments const& x, Moments const& y) {
  double const s = std::sqrt(x.variance) + epsilon, t = std::sqrt(y.variance) + epsilon;
  double const apart = (x.mean - y.mean) * (x.mean - y.mean);
  return (s * s + apart) / (2 * t * t) + (t * t + apart) / (2 * s * s) - 1;
}

double of_gene(std::span<double> a, std::span<double> b, GeneDistance form, double gamma) {
  if (form == GeneDistance::t) return welch_size(Moments(a), Moments(b));
  if (form == GeneDistance::sym_kldiv) return symmetric_kl(Moments(a), Moments(b));
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  if (form == GeneDistance::wasserstein) return wasserstein_1d(a, b);
  if (form == GeneDistance::ks) return ks_statistic(a, b);
  return rbf_mmd_1d(a, b, gamma);
}

}  // namespace

double wasserstein_1d(Values a, Values b) {
  double sum = 0;
  walk(a, b, [&](double width, double f, double g) { sum += width * std::fabs(f - g); });
  return sum;
}

double ks_statistic(Values a, Values b) {
  double largest = 0;
  walk(a, b, [&](double, double f, double g) { largest = std::max(largest, std::fabs(f - g)); });
  return largest;
}

double rbf_mmd_1d(Values a, Values b, double gamma) {
  Weighted const x(a), y(b);
  return mean_kernel(x, x, gamma) + mean_kernel(y, y, gamma) - 2 * mean_kernel(x, y, gamma);
}

double mean_gene_distance(Points const& a, Points const& b, GeneDistance form, double gamma) {
  Eigen::Index const fewest = std::min(a.rows(), b.rows());
  if (a.cols() == 0 || fewest < (form == GeneDistance::t ? 2 : 1)) return none;
  constexpr Eigen::Index strip = 16;
  std::vector<double> of_genes;
  Matrix left, right;  // genes x cells
  for (Eigen::Index first = 0; first < a.cols(); first += strip) {
    Eigen::Index const count = std::min(strip, a.cols() - first);
    left = a.middleCols(first, count).transpose();
    right = b.middleCols(first, count).transpose();
    for (Eigen::Index g = 0; g < count; ++g)
      of_genes.push_back(of_gene({left.row(g).data(), static_cast<std::size_t>(left.cols())},
                                 {right.row(g).data(), static_cast<std::size_t>(right.cols())},
                                 form, gamma));
  }
  return ordered_sum(of_genes.size(), [&](std::size_t g) { return of_genes[g]; }) /
         static_cast<double>(a.cols());
}

}  // namespace pertscale
