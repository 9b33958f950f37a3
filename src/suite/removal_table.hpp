#pragma once
#include <filesystem>
#include <string>

#include "suite/study.hpp"

namespace pertscale {

/// Rows of removal.csv from the text of scores.csv: how mean scores fall when the perturbations
/// that follow the average shift most are taken out one at a time (cumulative_removal). The cosine
/// is that of the study's first metric `shift-cosine`; every metric of single conditions on which a
/// side is better has its rows, one curve a dataset, protocol, context, model and metric. A
/// condition that several splits hold out counts once, with the mean of its cosines and of its
/// scores there; one without a score is left out of that curve. Of more than 200 steps every k-th
/// is written, and the last.
std::string removal_rows(Study const& study, std::string const& scores);

/// Writes removal.csv beside scores.csv where the study has a metric `shift-cosine`. Returns
/// whether it did. On one rank.
bool write_removal(Study const& study, std::filesystem::path const& folder);

}  // namespace pertscale
