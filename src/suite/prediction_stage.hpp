#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "parallel/phase_meter.hpp"
#include "suite/plan.hpp"

namespace pertscale {

/// open_prediction on these ranks, for make_plan.
PredictionOpener prediction_opener(Communicator const& comm);

/// Prepares every file of predictions of a plan. Returns what was missing or odd, a line each, once
/// for each file. Collective.
std::string prepare_predictions(Plan& plan, std::vector<Screen> const& screens,
                                Communicator const& comm, std::filesystem::path const& cache,
                                MomentOptions const& options, PhaseMeter& meter);

}  // namespace pertscale
