#include "statistics/negative_binomial.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "core/sums.hpp"

namespace pertscale {

namespace {

using Counts = std::span<double const>;

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double least_mean = 1e-8;  ///< pertpy's epsilon
constexpr double most_counts = 1e7;  ///< the likelihood is summed up to the largest count

double total(Counts counts) {
  return ordered_sum(counts.size(), [&](std::size_t i) { return counts[i]; });
}

/// n (sum x^2 - sum x) > (sum x)^2, in whole numbers.
bool overdispersed(Counts counts) {
  double const sum = total(counts);
  double const squares =
      ordered_sum(counts.size(), [&](std::size_t i) { return counts[i] * counts[i]; });
  return static_cast<double>(counts.size()) * (squares - sum) > sum * sum;
}

/// How many counts are above j, for j from 0 to one below the largest.
std::vector<double> tail_sizes(Counts counts) {
  double const largest = *std::max_element(counts.begin(), counts.end());
  std::vector<double> above(static_cast<std::size_t>(largest) + 1, 0);
  for (double const count : counts) above[static_cast<std::size_t>(count)] += 1;
  double more = 0;
  for (std::size_t j = above.size(); j-- > 0;) {
    double const equal = above[j];
    above[j] = more;
    more += equal;
  }
  above.pop_back();
  return above;
}

/// t - log(1 + t), by its series where that cancels.
double log_excess(double t) {
  if (t > 0.01) return t - std::log1p(t);
  double sum = 0, power = t;
  for (int k = 2; k < 10; ++k) {
    power *= -t;
    sum -= power / k;
  }
  return sum;
}

/// Derivative of the log-likelihood by the dispersion a, the mean at its maximum:
/// sum_j #{x > j} j / (1 + a j) - n (a m - log(1 + a m)) / a^2.
double score(std::vector<double> const& above, double cells, double mean, double a) {
  double const gain = ordered_sum(above.size(), [&](std::size_t j) {
    auto const at = static_cast<double>(j);
    return above[j] * at / (1 + a * at);
  });
  return gain - cells * log_excess(a * mean) / (a * a);
}

/// Minus the mean log-likelihood of one gene; nothing where it is skipped.
std::optional<double> gene_surprise(Counts fitted, Counts judged, Underdispersed genes) {
  if (genes == Underdispersed::skip && total(fitted) == 0) {
    if (total(judged) < 10 * static_cast<double>(judged.size())) return 0;
    return std::nullopt;
  }
  auto const model = fit_negative_binomial(fitted);
  if (genes == Underdispersed::skip && model.dispersion == 0) return std::nullopt;
  return -mean_log_likelihood(model, judged);
}

/// A column, where it holds counts.
bool take_counts(Points const& cells, Eigen::Index gene, std::vector<double>& out) {
  out.resize(static_cast<std::size_t>(cells.rows()));
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = cells(static_cast<Eigen::Index>(i), gene);
    if (!(out[i] >= 0 && out[i] < most_counts && out[i] == std::floor(out[i]))) return false;
  }
  return true;
}

}  // namespace

NegativeBinomial fit_negative_binomial(std::span<double const> counts) {
  auto const cells = static_cast<double>(counts.size());
  NegativeBinomial out{total(counts) / cells, 0};
  if (!overdispersed(counts)) return out;
  auto const above = tail_sizes(counts);
  double low = 1, high = 1;
  while (score(above, cells, out.mean, low) < 0 && low > 1e-300) low /= 4;
  while (score(above, cells, out.mean, high) > 0 && high < 1e300) high *= 4;
  while (high > low * (1 + 1e-12)) {
    double const middle = std::sqrt(low) * std::sqrt(high);
    if (middle <= low || middle >= high) break;
    (score(above, cells, out.mean, middle) > 0 ? low : high) = middle;
  }
  out.dispersion = std::sqrt(low) * std::sqrt(high);
  return out;
}

double mean_log_likelihood(NegativeBinomial const& model, std::span<double const> counts) {
  double const mean = std::max(model.mean, least_mean), a = model.dispersion;
  double const spread = std::log1p(a * mean), log_mean = std::log(mean);
  // theta log(1 + m / theta), with its limit m
  double const rest = a == 0 ? mean : spread / a;
  std::vector<double> sorted(counts.begin(), counts.end());
  std::sort(sorted.begin(), sorted.end());
  double rising = 0, at = 0;  // sum of log(1 + a j) for j below `at`
  double const sum = ordered_sum(sorted.size(), [&](std::size_t i) {
    double const x = sorted[i];
    for (; a > 0 && at < x; ++at) rising += std::log1p(a * at);
    return rising + x * (log_mean - spread) - rest - std::lgamma(x + 1);
  });
  return sum / static_cast<double>(counts.size());
}

double count_surprise(Points const& fitted, Points const& judged, Underdispersed genes) {
  if (fitted.rows() == 0 || judged.rows() == 0 || fitted.cols() == 0) return none;
  std::vector<double> x, y;
  double sum = 0;
  Eigen::Index kept = 0;
  for (Eigen::Index gene = 0; gene < fitted.cols(); ++gene) {
    if (!take_counts(fitted, gene, x) || !take_counts(judged, gene, y)) return none;
    auto const value = gene_surprise(x, y, genes);
    if (!value) continue;
    sum += *value;
    ++kept;
  }
  if (2 * kept < fitted.cols()) return none;
  return sum / static_cast<double>(kept);
}

}  // namespace pertscale
