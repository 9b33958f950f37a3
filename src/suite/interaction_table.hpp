#pragma once
#include <filesystem>
#include <string>

#include "suite/study.hpp"

namespace pertscale {

/// Rows of interactions.csv from the text of scores.csv: what the study's interaction metrics say,
/// by model, as curves and compositions. `quantity`: `measured` (share of `class` among the genes
/// of all measured doubles), `predicted` (share of `class` among the largest predicted deviations),
/// `tpr` (at the false discovery proportion `fdp`), `auc` (of the curve `class`), `recall`. A value
/// is the mean over splits, and over doubles where a double has one; `n` counts them. Where there
/// is none, `status` says why there is none in the first row. Metrics that differ in other options
/// have rows of their own, told apart by `metric`.
std::string interaction_rows(Study const& study, std::string const& scores);

/// Writes interactions.csv beside scores.csv where the study has interaction metrics. Returns
/// whether it did. On one rank.
bool write_interactions(Study const& study, std::filesystem::path const& folder);

}  // namespace pertscale
