#pragma once
#include <cstdint>
#include <filesystem>

#include "io/simulator.hpp"
#include "parallel/communicator.hpp"

namespace pertscale {

/// How a simulated screen is stored.
struct SimulationFile {
  std::filesystem::path path;
  MatrixFormat format = MatrixFormat::csr;
  Compression compression = Compression::none;
  bool lognormalised = false;  ///< log1p(count * 1e4 / total of the cell) instead of counts
  std::uint64_t memory = std::uint64_t{1} << 30;  ///< bytes a rank may use for blocks and means
};

/// What was written.
struct SimulationSummary {
  std::int64_t stored = 0;  ///< values of X that are not zero
};

/// Draws the cells on all ranks and writes them on rank 0, in order: the content is the same for
/// any number of ranks and any memory. The result is on rank 0 only.
SimulationSummary write_simulation(SimulationTruth const& truth, SimulationFile const& file,
                                   Communicator const& comm);

}  // namespace pertscale
