#pragma once
#include "io/simulator_file.hpp"

namespace pertscale {

/// Largest table of true effects that is kept in the file, in bytes.
inline constexpr std::int64_t largest_truth_table = std::int64_t{256} << 20;

/// obs, var, varm and uns of a simulated screen: names, options, and the truth
/// (`uns/truth/log_fold_change`: contexts x conditions rows, genes columns, natural log).
void write_metadata(H5adWriter& writer, SimulationTruth const& truth, SimulationFile const& file);

}  // namespace pertscale
