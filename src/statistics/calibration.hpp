#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "data/matrix.hpp"
#include "statistics/paired_tests.hpp"

/// Where a metric puts its own positive control (a technical duplicate) and negative control (a
/// mean), and where a model stands between them.
namespace pertscale {

/// Which side of a metric is better, and the value the truth itself gets.
struct MetricSide {
  bool higher_is_better = false;
  double best = 0;
};

/// Is `a` strictly better than `b`?
bool is_better(double a, double b, MetricSide side);

/// Dynamic range fraction (Miller et al. 2025; CellSimBench): (P - B) / ((best - B) + 1e-6) where
/// higher is better, (B - P) / ((B - best) + 1e-6) where lower is, held within [-1, 1]. B: negative
/// control; P: positive control, or a model. NaN where one of them is.
double dynamic_range_fraction(double score, double negative, MetricSide side);

/// The same range without 1e-6 and without bounds, as cell-eval scores a model against a baseline
/// before it clips: (u - b) / (best - b), that is 1 - u/b for errors. NaN where b is the best
/// value.
double score_above_baseline(double score, double negative, double best);

/// (m - positive) / (negative - positive): 0 as good as a replicate, 1 as the negative control, not
/// bounded (SBB). NaN where both controls have one value.
double score_between_controls(double score, double positive, double negative);

/// Interpolated duplicate: alpha half + (1 - alpha) mean a gene, alpha = 1 - padj, and 0 where padj
/// is NaN. `padj`: of the half's tests against the other perturbations.
std::vector<double> interpolated_duplicate(Profile half, Profile mean,
                                           std::span<double const> padj);

/// One row with both controls.
struct ControlPair {
  std::size_t unit = 0;  ///< number of the perturbation
  double positive = 0, negative = 0;
};

/// Rows of a perturbation are averaged first (of wins: the share of rows).
struct ControlSummary {
  std::size_t units = 0;
  double mean_positive = 0, mean_negative = 0;
  double median_range_fraction = 0;
  double beats = 0;   ///< BDS: share of perturbations where the positive control is strictly better
  double score = 0;   ///< score_above_baseline of the two means
  double pvalue = 0;  ///< signed-rank test of positive against negative, two-sided
};

/// NaN everywhere with no row. Units are numbered 0, 1, ... without a gap.
ControlSummary summarise_controls(std::span<ControlPair const> pairs, std::size_t units,
                                  MetricSide side);

}  // namespace pertscale
