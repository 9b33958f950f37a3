#include "statistics/paired_tests.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/error.hpp"
#include "core/mean.hpp"
#include "core/sums.hpp"
#include "statistics/rank_sums.hpp"
#include "statistics/welch.hpp"

namespace pertscale {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t most_exact = 50;

constexpr double rounding = 1e-12;  ///< of the values: two ways to sum one mean

double difference_of(PairedRow const& row) {
  double const difference = row.model - row.baseline;
  double const size = std::max(std::fabs(row.model), std::fabs(row.baseline));
  return std::fabs(difference) <= rounding * size ? 0 : difference;
}

/// Ranks of |difference| with mid-ranks, and what the tests need of them.
struct SignedRanks {
  double positive = 0;     ///< rank sum of differences above 0
  double tie_term = 0;     ///< sum of t^3 - t over ties among differences that are not 0
  std::size_t ranked = 0;  ///< differences with a rank, zeros among them (pratt)
  std::size_t zeros = 0;   ///< of all differences
  bool tied = false;
};

SignedRanks signed_ranks(std::span<double const> differences, ZeroDifferences handling) {
  SignedRanks out;
  std::vector<double> sorted;
  for (double const d : differences) {
    out.zeros += d == 0 ? 1 : 0;
    if (d != 0 || handling == ZeroDifferences::pratt) sorted.push_back(d);
  }
  out.ranked = sorted.size();
  std::sort(sorted.begin(), sorted.end(),
            [](double a, double b) { return std::fabs(a) < std::fabs(b); });
  for (std::size_t first = 0; first < sorted.size();) {
    std::size_t last = first;
    std::size_t above = 0;
    while (last < sorted.size() && std::fabs(sorted[last]) == std::fabs(sorted[first]))
      above += sorted[last++] > 0 ? 1 : 0;
    auto const t = static_cast<double>(last - first);
    out.positive += static_cast<double>(above) * 0.5 * static_cast<double>(first + 1 + last);
    if (sorted[first] != 0) {
      out.tie_term += t * (t * t - 1);
      out.tied = out.tied || t > 1;
    }
    first = last;
  }
  return out;
}

/// Number of subsets of 1..n of each sum; whole numbers below 2^51, so exact.
std::vector<double> subset_counts(std::size_t n) {
  std::vector<double> counts(n * (n + 1) / 2 + 1, 0);
  counts[0] = 1;
  for (std::size_t rank = 1; rank <= n; ++rank)
    for (std::size_t sum = counts.size(); sum-- > rank;) counts[sum] += counts[sum - rank];
  return counts;
}

PairedTest exact_signed_rank(SignedRanks const& ranks) {
  auto const counts = subset_counts(ranks.ranked);
  auto const at = static_cast<std::size_t>(ranks.positive);
  double const all = std::ldexp(1.0, static_cast<int>(ranks.ranked));
  auto const share = [&](std::size_t first, std::size_t last) {
    return std::accumulate(counts.begin() + static_cast<std::ptrdiff_t>(first),
                           counts.begin() + static_cast<std::ptrdiff_t>(last), 0.0) /
           all;
  };
  PairedTest out;
  out.statistic = ranks.positive;
  out.less = share(0, at + 1);
  out.greater = share(at, counts.size());
  out.two_sided = std::min(1.0, 2 * std::min(out.less, out.greater));
  return out;
}

/// P(Z >= z).
double normal_above(double z) {
  double const two_sided = normal_two_sided(z);
  return z >= 0 ? two_sided / 2 : 1 - two_sided / 2;
}

/// Zeros that were ranked leave mean and variance (Cureton 1967).
PairedTest approximate_signed_rank(SignedRanks const& ranks, bool ranked_zeros) {
  auto const n = static_cast<double>(ranks.ranked);
  double const zeros = ranked_zeros ? static_cast<double>(ranks.zeros) : 0;
  double const mean = (n * (n + 1) - zeros * (zeros + 1)) / 4;
  double const variance =
      (n * (n + 1) * (2 * n + 1) - zeros * (zeros + 1) * (2 * zeros + 1) - ranks.tie_term / 2) / 24;
  double const z = (ranks.positive - mean) / std::sqrt(variance);
  return {ranks.positive, normal_two_sided(z), normal_above(z), normal_above(-z)};
}

}  // namespace

PairedTest paired_t_test(std::span<double const> differences) {
  PairedTest out;
  if (differences.size() < 2) return out;
  auto const n = static_cast<double>(differences.size());
  double const mean = mean_of(differences);
  double const squares = ordered_sum(differences.size(), [&](std::size_t i) {
    return (differences[i] - mean) * (differences[i] - mean);
  });
  if (squares == 0 && mean == 0) return {0, 1, 0.5, 0.5};
  out.statistic = mean / (std::sqrt(squares / (n - 1)) / std::sqrt(n));
  out.two_sided = student_two_sided(out.statistic, n - 1);
  double const half = out.two_sided / 2;
  out.greater = out.statistic > 0 ? half : 1 - half;
  out.less = out.statistic > 0 ? 1 - half : half;
  return out;
}

PairedTest signed_rank_test(std::span<double const> differences, ZeroDifferences zeros) {
  if (differences.empty()) return {};
  auto const ranks = signed_ranks(differences, zeros);
  if (ranks.zeros == differences.size()) return {0, 1, 1, 1};
  if (differences.size() <= most_exact && ranks.zeros == 0 && !ranks.tied)
    return exact_signed_rank(ranks);
  return approximate_signed_rank(ranks, zeros == ZeroDifferences::pratt);
}

PairedComparison compare_paired(std::span<PairedRow const> rows, std::size_t units,
                                Bootstrap const& bootstrap) {
  PairedComparison out{units, 0, none, none, none, none, none, none, {}, {}};
  if (rows.empty()) return out;
  std::vector<double> sum(units, 0), count(units, 0);
  std::vector<SummaryValue> ratios;
  bool above_zero = true;
  for (auto const& row : rows) {
    sum[row.unit] += difference_of(row);
    count[row.unit] += 1;
    above_zero = above_zero && row.baseline > 0;
    ratios.push_back({row.unit, row.model / row.baseline});
  }
  std::vector<SummaryValue> differences;
  for (std::size_t u = 0; u < units; ++u) {
    if (count[u] == 0) throw InternalError("a paired perturbation has no row");
    sum[u] /= count[u];
    out.differing += sum[u] != 0 ? 1 : 0;
    differences.push_back({u, sum[u]});
  }
  out.difference = mean_of(sum);
  bootstrap.interval(differences, out.ci_low, out.ci_high);
  out.signed_rank = signed_rank_test(sum);
  out.student = paired_t_test(sum);
  if (!above_zero) return out;
  out.ratio = ordered_sum(ratios.size(), [&](std::size_t i) { return ratios[i].value; }) /
              static_cast<double>(ratios.size());
  bootstrap.interval(ratios, out.ratio_low, out.ratio_high);
  return out;
}

}  // namespace pertscale
