#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace pertscale {

/// One value of a metric that counts towards a summary.
struct SummaryValue {
  std::size_t unit = 0;  ///< number of the perturbation: what the bootstrap resamples
  double value = 0;
};

/// What summary.csv says of one metric of one model.
struct Summary {
  std::int64_t n = 0, missing = 0;
  double mean = 0, median = 0, sd = 0;  ///< sd: sample standard deviation over rows
  double ci_low = 0, ci_high = 0;  ///< 95 % percentile bootstrap of the mean over perturbations
};

/// Resampled weights shared by every model and metric of one set of perturbations, so that
/// intervals are paired. Counter-based: the same name gives the same resamples on any rank.
class Bootstrap {
 public:
  Bootstrap(std::size_t units, int resamples, std::string const& name);
  /// NaN with fewer than two perturbations.
  /// 2.5 and 97.5 percentiles (linear interpolation between order statistics, numpy's default) of
  /// the mean, where a perturbation drawn k times brings all its rows k times.
  void interval(std::vector<SummaryValue> const& values, double& low, double& high) const;

 private:
  std::size_t units_;
  int resamples_;
  std::vector<std::uint16_t> weights_;  ///< resamples x units
};

/// Mean, median, spread and interval; values in a defined order. With no value only `missing` means
/// something.
Summary summarise(std::vector<SummaryValue> const& values, std::int64_t missing,
                  Bootstrap const& bootstrap);

}  // namespace pertscale
