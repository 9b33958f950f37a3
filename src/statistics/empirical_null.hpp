#pragma once
#include <span>
#include <vector>

#include "data/status.hpp"

namespace pertscale {

/// A normal distribution seen through a window, and the share of all values that it explains.
struct TruncatedNormal {
  Status status;  ///< singular where no maximum of the likelihood is found
  double mean = 0, sd = 1;
  double null_share = 1;  ///< (share of values in the window) / (normal mass in it)
  int steps = 0;
};

/// Maximum likelihood of a normal truncated to [centre - half, centre + half], from the sorted
/// values inside, by damped Newton in the natural parameters (d/s^2, -1/(2 s^2)): the step is
/// divided by 1 + 1/j^2 in iteration j, at most 35 of them, until the parameters move by less than
/// 1e-5. A step that leaves the natural parameters is cut to a tenth. Starts at `start`.
TruncatedNormal fit_truncated_normal(std::span<double const> sorted, double centre, double half,
                                     TruncatedNormal const& start);

/// Efron's empirical null (Efron 2004, J. Am. Stat. Assoc. 99:96) as locfdr 1.1-8 finds it with
/// nulltype = 1, bre = 120, df = 7, pct = 0.
struct EmpiricalNull {
  Status status;                ///< too_few_values, constant, singular, not_converged
  double mean = 0, sd = 0;      ///< of the null
  double null_share = 0;        ///< p0: the share of values that follow it
  double misfit = 0;            ///< mean square residual of the density fit; above 1.5: poor
  std::vector<double> centres;  ///< of the 119 bins
  std::vector<double> fitted;   ///< counts that the spline expects there
  std::vector<double> fdr;      ///< local false discovery rate there

  /// Interpolated linearly between bin centres, constant beyond the outermost.
  double local_fdr(double value) const;
};

/// 1. 119 equal bins over the range, right-closed; Poisson regression of their counts on a natural
///    cubic spline with 7 degrees of freedom.
/// 2. The central normal: a truncated-normal fit within b sc of the median from (0, 1), then within
///    b s of the mean d found, where b = 4.3 exp(-0.26 log10 N), sc = IQR / (2 qnorm(0.75)).
/// 3. fdr = min(1, p0 f0 / f); 1 between the outermost bins on both sides of d where it reaches 1,
///    and for |x - d| <= s.
/// Fewer values than bins are `too_few_values`. The order of the values does not matter.
EmpiricalNull empirical_null(std::span<double const> values);

}  // namespace pertscale
