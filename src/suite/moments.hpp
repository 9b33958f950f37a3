#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "data/moment_sums.hpp"
#include "parallel/communicator.hpp"
#include "suite/cell_groups.hpp"
#include "suite/dataset.hpp"

namespace pertscale {

/// Means, variances and non-zero fractions of consecutive groups of cells (on rank 0).
struct MomentTile {
  std::size_t first_row = 0;        ///< number of the first group: row of Labels
  Matrix mean, variance, nonzero;   ///< groups x genes; nonzero 0 x 0 for pseudobulk files
  std::string variance_left_out{};  ///< why a file's layer `variance` was not taken, else empty
};

struct MomentOptions {
  std::uint64_t memory = std::uint64_t{1} << 30;  ///< bound of one rank, bytes
  std::function<bool()> stop = [] { return false; };
};

/// What was read, for the log and timings.csv.
struct MomentReport {
  std::int64_t passes = 0;        ///< over the matrix, the one for library sizes included
  double target_sum = 0;          ///< library size that counts were scaled to; 0 for other values
  std::int64_t empty_cells = 0;   ///< kept cells without a count
  std::string variance_left_out;  ///< why a file's layer `variance` is not used; on rank 0
  bool whole_numbers = false;     ///< log-normalised values that are all whole: probably counts
  double lowest = 0;              ///< smallest log-normalised value, if below 0
  double read_seconds = 0;        ///< in the reader, largest over ranks
  double bytes_read = 0;          ///< decoded bytes of values and indices, all ranks and passes
};

/// Streams the matrix by slabs spread over all ranks, normalises counts, and hands finished
/// groups to `sink` on rank 0, in order, some at a time. The same bits for any number of ranks and
/// any memory bound. When `dispersion` is given it is filled on every rank (over all kept cells).
/// Throws UserError (negative or fractional counts ...), Stopped.
MomentReport stream_moments(Dataset const& dataset, Communicator const& comm,
                            MomentOptions const& options,
                            std::function<void(MomentTile const&)> const& sink,
                            DispersionSums* dispersion = nullptr);

/// The same over other groups of cells than the rows of Labels. UserError for pseudobulk files.
MomentReport stream_group_moments(Dataset const& dataset, CellGroups const& groups,
                                  Communicator const& comm, MomentOptions const& options,
                                  std::function<void(MomentTile const&)> const& sink);

/// Passes over the matrix that profiles need, those for matched controls included, for the plan; of
/// a store's own moments none. On one rank.
std::int64_t planned_passes(Dataset const& dataset, std::uint64_t memory);

}  // namespace pertscale
