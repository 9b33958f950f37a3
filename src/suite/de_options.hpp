#pragma once
#include <string>

#include "core/options.hpp"
#include "statistics/fold_change.hpp"
#include "statistics/rank_sums.hpp"
#include "suite/dataset.hpp"

namespace pertscale {

/// How every perturbation of a screen is tested, gene by gene.
struct DeOptions {
  std::string method = "t-test";
  std::string reference = "control";
  std::string stratify = "none";
  bool continuity = false;
  std::string fold_change = "geometric";
  double epsilon = 1e-9;
  std::string adjust = "perturbation";
  double min_control_cpm = -1;  ///< below 0: no gate
  bool per_million = false;     ///< for metrics: log1p(count / (total / 1e6)) is what is ranked
  bool control_in_rest = true;  ///< for metrics: is control among the cells of `rest`?

  bool wilcoxon() const { return method == "wilcoxon"; }
  bool gated() const { return min_control_cpm >= 0; }
  /// Moments of the log values do not do: the cells themselves are read.
  bool needs_cells() const { return wilcoxon() || fold_change == "arithmetic" || gated(); }
  TestReference test_reference() const {
    return reference == "rest" ? TestReference::rest : TestReference::control;
  }
  FoldChangeMean mean_kind() const {
    return fold_change == "arithmetic" ? FoldChangeMean::arithmetic : FoldChangeMean::geometric;
  }
};

/// Options under the names of the command line, bound to `options`.
void declare_de(OptionList& list, DeOptions& options);

/// UserError with a sentence for each option that another option or the screen rules out.
void check_de(DeOptions const& options, Dataset const& dataset);

}  // namespace pertscale
