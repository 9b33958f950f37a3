#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/status.hpp"

/// The single figures that cell-eval 0.8.2 and cell-eval2 0.20.0 make of aggregates: a prediction's
/// means over perturbations against those of a baseline. Columns are the peers' names.
namespace pertscale {

/// Mean over perturbations of one column; NaN: none.
struct AggregateValue {
  std::string column;
  double mean = 0;
};

struct ScaledValue {
  std::string column;  ///< `avg_score` in the end
  Score score;
};

/// cell-eval 0.8.2 (`score_agg_metrics`): 1 - u/b of errors, (u - b) / (1 - b) of the others; not a
/// number becomes 0, below 0 is 0; avg_score is their mean. On the columns of the profile `vcc`
/// this is the score of the Virtual Cell Challenge 2025. Errors come first; numbers of significant
/// genes are left out. Both sides must name the same columns: UserError.
std::vector<ScaledValue> score_from_baseline(std::vector<AggregateValue> const& prediction,
                                             std::vector<AggregateValue> const& baseline);

/// cell-eval 0.8.2's ceiling of a column from the mean score of one half of the cells against the
/// other: 2 r / (1 + r) (Spearman-Brown) of correlations, overlaps, ranks and curves. nullopt: the
/// program gives none (errors, counts, or r not above 0).
std::optional<double> ceiling_of_halves(std::string_view column, double mean);

/// How cell-eval2 scales one column.
struct ScorePolicy {
  bool lower_is_better = false;
  std::optional<double> anchor{};        ///< value that scores 1
  bool square_penalty = false;           ///< below 0 an error counts -(r^2 - 1) / 2, at least -6
  std::optional<double> floor{}, cap{};  ///< of the score
  bool signed_baseline = false;          ///< without anchor: divide by |b|
  std::optional<double> worst{};  ///< value that stands for a missing one where no floor is set
};

/// Of a column of cell-eval2; nullopt where it is not scored.
std::optional<ScorePolicy> score_policy(std::string_view column);

/// `value` on the scale from the baseline (0) to the anchor (1); a missing or infinite value gets
/// the floor, or what the worst value would. no_scale where the baseline leaves no room.
Score scaled_score(double value, double baseline, ScorePolicy const& policy);

/// cell-eval2's `from_baseline`, avg_score last: errors first, then the others. Columns that have
/// no mean on either side are skipped; so is no_scale, which the program refuses for its headline
/// metrics.
std::vector<ScaledValue> score_from_baseline2(std::vector<AggregateValue> const& prediction,
                                              std::vector<AggregateValue> const& baseline);

/// The same with a replicate's means as the value that scores 1 (`from_replicate`). On the six
/// scored columns of the profile `vcc2026` its avg_score is the Virtual Cell Challenge 2026's.
std::vector<ScaledValue> score_from_replicate(std::vector<AggregateValue> const& prediction,
                                              std::vector<AggregateValue> const& baseline,
                                              std::vector<AggregateValue> const& replicate);

}  // namespace pertscale
