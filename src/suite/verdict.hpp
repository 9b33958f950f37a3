#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "statistics/calibration.hpp"
#include "statistics/paired_tests.hpp"

namespace pertscale {

/// What a comparison does where a model has no value.
enum class MissingRule {
  common,     ///< the row does not count, for any model
  no_change,  ///< it counts as the value of no-change; where that is missing too, as the worst
  worst       ///< it counts as the worst value of any model on that row
};

/// Values of one metric over the rows of one group; NaN: missing. A model without any value here
/// is in no comparison, and does not keep rows from the others.
struct VerdictRows {
  std::vector<std::vector<double>> values;   ///< model x row
  std::vector<std::size_t> unit;             ///< the perturbation of each row
  std::vector<std::vector<double>> on_half;  ///< model x row, with first halves as truth; or empty
  std::vector<double> positive;  ///< the positive control, with the same truth; or empty
};

struct VerdictOptions {
  MetricSide side;
  MissingRule missing = MissingRule::common;
  std::size_t no_change = 0;  ///< the model that no_change takes values from
  std::vector<std::size_t> baselines;
  bool whole_split = false;  ///< one value a split: no test
};

/// One model against one baseline.
struct Verdict {
  std::size_t model = 0, baseline = 0;
  PairedComparison compared{};
  double p_holm = 0;        ///< of the signed-rank test, over the models against this baseline
  double headroom = 0;      ///< by how much the positive control is better than the baseline
  std::size_t omitted = 0;  ///< perturbations where the baseline has a value and the model not
  bool withheld = false;    ///< `better` only as long as what it omits does not count
  std::string word;         ///< better, worse, not_distinguishable, too_few, single_value
};

/// Every model against every baseline but itself, baselines in their order, then models. `better`
/// and `worse` need p_holm < 0.05 and an interval of the difference without 0. A model that omits
/// rows is `better` only where it would be with the worst value there, so that leaving a hard
/// perturbation out gains nothing. `bootstrap` gives the resamples of so many perturbations.
std::vector<Verdict> verdicts(VerdictRows const& rows, VerdictOptions const& options,
                              std::function<Bootstrap const&(std::size_t units)> const& bootstrap);

}  // namespace pertscale
