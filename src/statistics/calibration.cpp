#include "statistics/calibration.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/mean.hpp"

namespace pertscale {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double smallest_range = 1e-6;

double median_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  std::size_t const middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/// Mean of f(row) over the rows of each perturbation.
template <class Value>
std::vector<double> unit_means(std::span<ControlPair const> pairs, std::size_t units,
                               Value&& value) {
  std::vector<double> sum(units, 0), count(units, 0);
  for (auto const& pair : pairs) {
    sum[pair.unit] += value(pair);
    count[pair.unit] += 1;
  }
  for (std::size_t u = 0; u < units; ++u) sum[u] /= count[u];
  return sum;
}

}  // namespace

bool is_better(double a, double b, MetricSide side) {
  return side.higher_is_better ? a > b : a < b;
}

double dynamic_range_fraction(double score, double negative, MetricSide side) {
  if (std::isnan(score) || std::isnan(negative)) return none;
  double const gain = side.higher_is_better ? score - negative : negative - score;
  double const range = side.higher_is_better ? side.best - negative : negative - side.best;
  return std::clamp(gain / (range + smallest_range), -1.0, 1.0);
}

double score_above_baseline(double score, double negative, double best) {
  return negative == best ? none : (score - negative) / (best - negative);
}

double score_between_controls(double score, double positive, double negative) {
  return negative == positive ? none : (score - positive) / (negative - positive);
}

std::vector<double> interpolated_duplicate(Profile half, Profile mean,
                                           std::span<double const> padj) {
  std::vector<double> out(half.size());
  for (std::size_t g = 0; g < out.size(); ++g) {
    double const alpha = std::isnan(padj[g]) ? 0 : 1 - padj[g];
    out[g] = alpha * half[g] + (1 - alpha) * mean[g];
  }
  return out;
}

ControlSummary summarise_controls(std::span<ControlPair const> pairs, std::size_t units,
                                  MetricSide side) {
  if (pairs.empty()) return {0, none, none, none, none, none, none};
  auto const positive = unit_means(pairs, units, [](auto const& p) { return p.positive; });
  auto const negative = unit_means(pairs, units, [](auto const& p) { return p.negative; });
  ControlSummary out;
  out.units = units;
  out.mean_positive = mean_of(positive);
  out.mean_negative = mean_of(negative);
  out.median_range_fraction = median_of(unit_means(pairs, units, [&](auto const& p) {
    return dynamic_range_fraction(p.positive, p.negative, side);
  }));
  out.beats = mean_of(unit_means(pairs, units, [&](auto const& p) {
    return is_better(p.positive, p.negative, side) ? 1.0 : 0.0;
  }));
  out.score = score_above_baseline(out.mean_positive, out.mean_negative, side.best);
  auto const difference =
      unit_means(pairs, units, [](auto const& p) { return p.positive - p.negative; });
  out.pvalue = signed_rank_test(difference).two_sided;
  return out;
}

}  // namespace pertscale
