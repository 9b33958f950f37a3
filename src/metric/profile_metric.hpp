#pragma once
#include <string>
#include <vector>

#include "metric/gene_selection.hpp"
#include "metric/metric.hpp"

namespace pertscale {

/// One item on the chosen genes, in file order. Where the metric counts changes from a reference,
/// the values are those changes, and a change at rounding level is exactly zero.
struct Compared {
  Profile observed;
  Profile predicted;
  /// Values that differ by no more than this are equal up to rounding: 1e-12 of the largest
  /// absolute value that went into them.
  double observed_rounding = 0;
  double predicted_rounding = 0;

  std::size_t genes() const { return observed.size(); }
};

/// Do all values agree up to `rounding`? No correlation is defined then. True of no values.
bool is_constant(Profile values, double rounding);

/// A metric of one condition at a time, on chosen genes.
class ProfileMetric : public Metric {
 public:
  void declare(OptionList& options) override;
  MetricNeeds needs() const override { return {.de = selection_.tests()}; }
  std::vector<Score> score(ScoreContext const& context,
                           std::vector<ScoreItem> const& items) const final;

 protected:
  virtual Score value(Compared const& compared) const = 0;
  /// Adds `reference=control|perturbed-mean` and hands over differences from it.
  virtual bool uses_reference() const { return false; }

 private:
  GeneSelection selection_;
  std::string reference_ = "control";
};

}  // namespace pertscale
