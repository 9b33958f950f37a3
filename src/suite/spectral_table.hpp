#pragma once
#include <filesystem>
#include <string>

#include "suite/plan.hpp"

namespace pertscale {

/// Rows of auspc.csv from the text of scores.csv: for each dataset, protocol whose splits have a
/// parameter `s` (spectral-overlap), model, context and metric the area under the mean score over
/// s. A split's score is the mean over its rows with a value; splits of one s are its repeats.
/// `delta` is the area of the study's first baseline minus the model's, as PertEval-scFM has it;
/// empty where the study names none, or where either has no area.
std::string spectral_areas(Plan const& plan, std::string const& scores);

/// Writes auspc.csv beside scores.csv, where a protocol of the plan has such splits. Returns
/// whether it did. On one rank.
bool write_spectral_areas(Plan const& plan, std::filesystem::path const& folder);

}  // namespace pertscale
