#pragma once
#include <optional>
#include <string>
#include <vector>

#include "metric/gene_selection.hpp"
#include "metric/metric.hpp"
#include "statistics/interactions.hpp"

namespace pertscale {

/// One gene of one held-out double with what a model predicts for it.
struct PredictedInteraction {
  InteractionPoint measured;
  double predicted = 0;

  double predicted_deviation() const { return predicted - measured.additive(); }
};

/// What counts as an interaction, as users choose it; shared by the metrics of interactions.
class InteractionOptions {
 public:
  /// Adds `fdr=`, `low=`, `high=` and the choice of genes.
  void declare(OptionList& options);

  GeneSelection const& genes() const { return genes_; }
  double level() const { return level_; }
  std::optional<double> low() const;
  std::optional<double> high() const;

 private:
  GeneSelection genes_;
  double level_ = 0.05;
  std::string low_ = "auto", high_ = "auto";
};

/// The measured doubles of a context (all of them, held out or not) and their thresholds. A double
/// counts where both of its singles were measured in the context.
class MeasuredInteractions {
 public:
  /// `context` must outlive the object.
  MeasuredInteractions(ScoreContext const& context, InteractionOptions const& options);

  /// not_applicable without doubles, no_single where no double has both singles; what the null says
  /// (too_few_values ...); too_few_genes.
  Status const& status() const { return status_; }
  InteractionThresholds const& thresholds() const { return thresholds_; }
  /// Genes of all doubles.
  std::vector<InteractionPoint> const& points() const { return points_; }
  /// Appends the genes of a held-out double: not_applicable of other conditions, no_single,
  /// no_prediction where the item has none.
  Status append(ScoreItem const& item, std::vector<PredictedInteraction>& to) const;

 private:
  struct Singles {
    Status status;
    Profile first, second;
  };

  Singles singles_of(Condition const& condition) const;
  Profile single_of(std::string const& target) const;
  Status genes_of(Condition const& condition, Profile observed,
                  std::vector<std::size_t>& genes) const;
  InteractionPoint point(Singles const& singles, Profile observed, std::size_t gene) const;
  Status gather();
  Status find_thresholds(InteractionOptions const& options);

  ScoreContext const& context_;
  GeneSelection const& selection_;
  GeneSelection::Candidates candidates_;
  Status status_;
  InteractionThresholds thresholds_;
  std::vector<InteractionPoint> points_;
};

}  // namespace pertscale
