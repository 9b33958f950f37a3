#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "parallel/communicator.hpp"
#include "suite/dataset.hpp"
#include "suite/moments.hpp"
#include "suite/study.hpp"

namespace pertscale {

/// Does a model of the study take features from a screen?
bool reads_screens(Study const& study);

/// Reads the features that the options of a study's models name, once each, on rank 0, keeps the
/// rows that its datasets can ask for (their targets, combinations and genes), and hands them to
/// the models on every rank. Profiles of a screen that serves as features are made in `cache` or
/// taken from there; without a cache in a scratch folder that is removed. Returns coverage and what
/// a user should know, a line each. UserError: every file that cannot be used, a sentence each; a
/// table that shares no name with any dataset. Collective.
std::string load_features(Study& study, std::vector<Dataset> const& datasets,
                          Communicator const& comm, std::filesystem::path const& cache,
                          MomentOptions const& options);

}  // namespace pertscale
