#pragma once
#include <cstddef>
#include <limits>
#include <span>

#include "statistics/summary.hpp"

/// Tests and intervals of paired differences, model against baseline on the same perturbations.
namespace pertscale {

/// NaN where there is no test.
struct PairedTest {
  double statistic = std::numeric_limits<double>::quiet_NaN();
  double two_sided = std::numeric_limits<double>::quiet_NaN();
  double greater = std::numeric_limits<double>::quiet_NaN();  ///< differences above 0
  double less = std::numeric_limits<double>::quiet_NaN();
};

/// Student's paired t-test, t = mean / (sd / sqrt(n)) with n - 1 degrees of freedom, as
/// scipy.stats.ttest_rel. No spread: p 1 where the mean is 0 (SciPy: NaN), else t infinite, p 0.
/// NaN with fewer than two differences.
PairedTest paired_t_test(std::span<double const> differences);

/// What becomes of differences of 0.
enum class ZeroDifferences {
  dropped,  ///< Wilcoxon 1945; SciPy's zero_method="wilcox", its default
  pratt     ///< Pratt 1959: they are ranked, then their ranks are dropped
};

/// Wilcoxon's signed-rank test; the statistic is the rank sum of the positive differences. Exact
/// for at most 50 differences without ties or zeros; else the normal approximation with tie
/// correction, without continuity correction: the defaults of scipy.stats.wilcoxon. (SciPy 1.10
/// takes the exact distribution in spite of ties too, at the truncated rank sum; here ties go to
/// the approximation, as its documentation says.) All differences 0: p 1 (SciPy: an error). No
/// difference: NaN.
PairedTest signed_rank_test(std::span<double const> differences,
                            ZeroDifferences zeros = ZeroDifferences::dropped);

/// Differences other than 0 that the test needs: of five no exact test can be below 0.05.
inline constexpr std::size_t least_units = 6;

/// Values of a model and a baseline on one row. A perturbation may have several rows (seeds,
/// contexts).
struct PairedRow {
  std::size_t unit = 0;  ///< number of the perturbation, below Bootstrap's units
  double model = 0, baseline = 0;
};

/// Perturbations are the units: rows of one are averaged before they count, save in the ratio.
/// Differences below 1e-12 of the two values are rounding and count as 0. NaN where a number means
/// nothing.
struct PairedComparison {
  std::size_t units = 0;      ///< perturbations
  std::size_t differing = 0;  ///< of them, those with a difference other than 0
  double difference = 0;      ///< mean over perturbations of model - baseline
  double ci_low = 0, ci_high = 0;
  /// Mean over rows of model / baseline (Ahlmann-Eltze et al. 2025, Fig. 2c), resampled by
  /// perturbation; NaN where a baseline's value is not above 0.
  double ratio = 0, ratio_low = 0, ratio_high = 0;
  PairedTest signed_rank, student;  ///< of the perturbations' differences
};

/// `units` numbers of perturbations that occur, all those below it; 95 % percentile intervals from
/// `bootstrap`, so that models over the same perturbations share their resamples.
PairedComparison compare_paired(std::span<PairedRow const> rows, std::size_t units,
                                Bootstrap const& bootstrap);

}  // namespace pertscale
