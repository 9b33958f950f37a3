#pragma once
#include <string>
#include <vector>

#include "metric/metric.hpp"

namespace pertscale {

/// Which genes a metric looks at: `all`, `top-expressed:N`, `top-delta:N`, `file:F`.
/// Genes of a set are in ascending file order.
class GeneSelection {
 public:
  /// Adds `genes=` and `exclude-target=`.
  void declare(OptionList& options);
  /// Genes of one item, or a status (not_applicable on a latent screen). With fewer genes than N
  /// all are taken. Targets are left out before the N are counted.
  Status select(ScoreContext const& context, ScoreItem const& item,
                std::vector<std::size_t>& genes) const;

 private:
  std::string genes_ = "all";
  bool exclude_target_ = false;
};

/// A metric of one condition at a time, on chosen genes.
class ProfileMetric : public Metric {
 public:
  void declare(OptionList& options) override;
  std::vector<Score> score(ScoreContext const& context,
                           std::vector<ScoreItem> const& items) const final;

 protected:
  /// observed, predicted: values of the chosen genes, in file order (deltas where
  /// `uses_reference`).
  virtual Score value(Profile observed, Profile predicted) const = 0;
  /// Adds `reference=control|perturbed-mean` and hands over differences from it.
  virtual bool uses_reference() const { return false; }

 private:
  GeneSelection selection_;
  std::string reference_ = "control";
};

}  // namespace pertscale
