#pragma once
#include <string>
#include <vector>

#include "metric/cell_space.hpp"
#include "metric/gene_selection.hpp"

namespace pertscale {

/// Cells of one condition on the chosen coordinates, by row; none is empty.
struct ComparedGroups {
  Matrix const& measured;
  Matrix const& predicted;
  Matrix const& control;  ///< of the measured side; empty unless the metric uses_control
};

/// A metric of the cells of one condition at a time, measured against predicted. `genes=` chooses
/// columns of expression; a choice of less than all genes is not_applicable among components.
class CellMetric : public Metric {
 public:
  void declare(OptionList& options) override;
  MetricNeeds needs() const override;
  std::vector<Score> score(ScoreContext const& context,
                           std::vector<ScoreItem> const& items) const final;

 protected:
  virtual Score value(ComparedGroups const& groups) const = 0;
  virtual bool uses_control() const { return false; }
  /// Compares counts, which have no components (not_applicable there), not expression.
  virtual bool uses_counts() const { return false; }

 private:
  CellRequest request() const;
  Score score_item(ScoreContext const& context, GeneSelection::Candidates const& candidates,
                   ScoreItem const& item) const;

  CellSpace space_;
  GeneSelection selection_;
};

/// A number as a score; of NaN the status: too_few_cells below `fewest` cells a side, else
/// `undefined`.
Score number_or_status(double value, ComparedGroups const& groups, Eigen::Index fewest);

}  // namespace pertscale
