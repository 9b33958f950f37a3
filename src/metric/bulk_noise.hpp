#pragma once
#include <vector>

#include "metric/bulk_space.hpp"

/// Squared errors freed from the sampling error of both sides (cell-eval2 0.20.0).
namespace pertscale {

/// One condition of a panel; sums run over genes, its own targets left out of the distances.
struct NoiseRow {
  Status status;
  double error = 0;            ///< |b^ - b|^2
  double effect = 0;           ///< |b - b_0|^2
  double measured_noise = 0;   ///< C, over all genes
  double predicted_noise = 0;  ///< C^, over all genes
  double genes = 0;            ///< G_p: genes summed
  bool predicted = true;
};

struct NoiseTable {
  Status status;
  double control_noise = 0;  ///< C_0
  std::vector<NoiseRow> rows;
};

enum class NoiseSides { measured, both };

/// Rows of `items`. A condition that the model leaves out counts as control pasted, without any
/// noise of its own.
NoiseTable noise_table(ScoreContext const& context, std::span<ScoreItem const> items,
                       BulkSettings const& settings, NoiseSides sides);

/// rho = min(1, B / sum_p min(C^_p, C_p) / G_p): what share of the sampling error that a prediction
/// claims its own spread across conditions bears out. B = sum_g sum_p (b^_pg - mean_g)^2 / G_p,
/// with the 1/G_p-weighted mean of a gene over the conditions that do not target it.
double borne_share(ScoreContext const& context, std::span<ScoreItem const> items,
                   BulkSettings const& settings, NoiseTable const& table);

/// (|b^ - b|^2 - C^ - C) / G_p
double unbiased_error(NoiseRow const& row);
/// (|b^ - b|^2 - rho min(C^, C) - C) / G_p
double capped_error(NoiseRow const& row, double share);
/// (|b - b_0|^2 - C - C_0) / G_p; may be negative
double unbiased_effect(NoiseRow const& row, double control_noise);

}  // namespace pertscale
