#include "statistics/mean_distances.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>

#include "core/mean.hpp"
#include "core/sums.hpp"

namespace pertscale {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

double dot(Profile a, Profile b) {
  return ordered_sum(a.size(), [&](std::size_t i) { return a[i] * b[i]; });
}

std::vector<double> centred(Profile x) {
  double const mean = mean_of(x);
  std::vector<double> out(x.begin(), x.end());
  for (auto& value : out) value -= mean;
  return out;
}

/// 1 - cosine; NaN where one has no length.
double angle(Profile a, Profile b) {
  double const length = std::sqrt(dot(a, a)) * std::sqrt(dot(b, b));
  return length > 0 ? 1 - dot(a, b) / length : none;
}

std::vector<std::size_t> ascending(Profile x) {
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto i, auto j) { return x[i] < x[j]; });
  return order;
}

std::vector<double> shared_ranks(Profile x) {
  auto const order = ascending(x);
  std::vector<double> out(x.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t last = i;
    while (last < order.size() && x[order[last]] == x[order[i]]) ++last;
    for (std::size_t k = i; k < last; ++k) out[order[k]] = static_cast<double>(i + last + 1) / 2;
    i = last;
  }
  return out;
}

/// Pairs of neighbours in `order` that `same` calls equal, all pairs of a run.
template <class Same>
double tied_pairs(std::vector<std::size_t> const& order, Same same) {
  double pairs = 0;
  for (std::size_t i = 0; i < order.size();) {
    std::size_t last = i;
    while (last < order.size() && same(order[i], order[last])) ++last;
    auto const n = static_cast<double>(last - i);
    pairs += n * (n - 1) / 2;
    i = last;
  }
  return pairs;
}

/// Sorts y[order] by merging and counts the exchanges of neighbours that it takes.
double exchanges(std::vector<std::size_t>& order, Profile y) {
  double count = 0;
  std::vector<std::size_t> merged(order.size());
  for (std::size_t width = 1; width < order.size(); width *= 2) {
    for (std::size_t first = 0; first < order.size(); first += 2 * width) {
      std::size_t const middle = std::min(first + width, order.size());
      std::size_t const last = std::min(first + 2 * width, order.size());
      std::size_t i = first, j = middle, out = first;
      while (i < middle || j < last) {
        bool const left = j == last || (i < middle && y[order[i]] <= y[order[j]]);
        if (!left) count += static_cast<double>(middle - i);
        merged[out++] = left ? order[i++] : order[j++];
      }
    }
    order.swap(merged);
  }
  return count;
}

}  // namespace

double pearson_distance(Profile a, Profile b) { return angle(centred(a), centred(b)); }

double spearman_distance(Profile a, Profile b) {
  return pearson_distance(shared_ranks(a), shared_ranks(b));
}

double cosine_distance(Profile a, Profile b) { return angle(a, b); }

double kendall_distance(Profile a, Profile b) {
  auto const n = static_cast<double>(a.size());
  std::vector<std::size_t> order(a.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](auto i, auto j) { return a[i] < a[j] || (a[i] == a[j] && b[i] < b[j]); });
  double const tied_a = tied_pairs(order, [&](auto i, auto j) { return a[i] == a[j]; });
  double const tied_both =
      tied_pairs(order, [&](auto i, auto j) { return a[i] == a[j] && b[i] == b[j]; });
  double const discordant = exchanges(order, b);
  double const tied_b = tied_pairs(order, [&](auto i, auto j) { return b[i] == b[j]; });
  double const pairs = n * (n - 1) / 2;
  double const root = std::sqrt(pairs - tied_a) * std::sqrt(pairs - tied_b);
  if (!(root > 0)) return none;
  double const tau = (pairs - tied_a - tied_b + tied_both - 2 * discordant) / root;
  return (1 - tau) * n * (n - 1) / 4;
}

double r2_distance(Profile a, Profile b) {
  auto const about = centred(a);
  double const total = dot(about, about);
  double const squares =
      ordered_sum(a.size(), [&](std::size_t i) { return (a[i] - b[i]) * (a[i] - b[i]); });
  return total > 0 ? squares / total : none;
}

double mahalanobis_distance(Points const& a, Points const& b) {
  if (b.rows() == 0 || a.rows() <= a.cols() || a.cols() == 0) return none;
  Vector const mean = mean_point(a);
  Matrix const about = a.rowwise() - mean.transpose();
  Eigen::MatrixXd const covariance = about.transpose() * about / static_cast<double>(a.rows() - 1);
  Eigen::LLT<Eigen::MatrixXd> const factor(covariance);
  if (factor.info() != Eigen::Success || !(factor.rcond() > 1e-14)) return none;
  Vector const apart = mean - mean_point(b);
  return std::sqrt(apart.dot(factor.solve(apart)));
}

}  // namespace pertscale
