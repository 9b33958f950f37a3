#pragma once
#include <filesystem>
#include <string>

#include "metric/cell_eval_names.hpp"

namespace pertscale {

/// From scores.csv of a results directory, into FOLDER/cell-eval (FOLDER/cell-eval2): of cell-eval
/// 0.8.2 LABEL.results.csv and LABEL.agg_results.csv for every model; with a baseline, of both
/// programs, LABEL.score.csv of every other model (`metric,from_baseline`, avg_score last), and the
/// same over the columns of the Virtual Cell Challenge of 2025 (LABEL.vcc.score.csv) or 2026
/// (LABEL.vcc2026.score.csv) where all of them were scored. Where it holds several datasets,
/// protocols, splits or contexts, LABEL is followed by their names. Returns what was written, a
/// line a file, and the columns that no metric gives. UserError where there is none of these
/// metrics or no such baseline.
std::string write_cell_eval(std::filesystem::path const& folder, CellEval program,
                            std::string const& baseline);

}  // namespace pertscale
