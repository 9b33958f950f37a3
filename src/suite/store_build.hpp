#pragma once
#include <filesystem>
#include <string>

#include "parallel/communicator.hpp"
#include "suite/dataset.hpp"
#include "suite/moments.hpp"

namespace pertscale {

/// What making a store will take.
struct StoreEstimate {
  double output_bytes = 0;   ///< at most
  double scratch_bytes = 0;  ///< at most, on the same file system until the end
  double free_bytes = 0;     ///< of that file system now
  std::int64_t passes = 1;   ///< over the source
  bool sure = true;          ///< false: zeros of a dense file and left-out cells are counted
};

/// UserError where the dataset has no cells, or `target` cannot be written or is a file of the
/// screen. On one rank.
void refuse_store(Dataset const& dataset, std::filesystem::path const& target);

/// From the sizes in the headers: a dense file is taken to hold no zero. On one rank.
StoreEstimate estimate_store(Dataset const& dataset, std::filesystem::path const& target);

/// Memory of a rank and when to stop, as for moments; and who writes.
struct StoreOptions {
  std::uint64_t memory = std::uint64_t{1} << 30;  ///< bound of one rank, bytes
  std::function<bool()> stop = [] { return false; };
  std::string program = "pertscale";  ///< name and version, for the provenance
};

/// What making a store took.
struct StoreReport {
  std::int64_t cells = 0, genes = 0, groups = 0, pieces = 0, values = 0;
  std::string value_type;
  double output_bytes = 0, scratch_bytes = 0;
  std::int64_t passes = 0;
  double target_sum = 0;
  double scatter_seconds = 0, collect_seconds = 0, moment_seconds = 0;
};

/// Writes the screen store of a dataset (docs/store.md), all ranks together. Memory stays within
/// options.memory a rank. The same bytes for any number of ranks and any bound. Until it is whole
/// nothing stands under `target`. UserError (a value that the screen cannot hold, no space ...),
/// Stopped. Collective.
StoreReport build_store(Dataset const& dataset, Communicator const& comm,
                        std::filesystem::path const& target, StoreOptions const& options);

}  // namespace pertscale
