#pragma once
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "io/bucket_file.hpp"
#include "suite/library_sizes.hpp"
#include "suite/store_order.hpp"

/// External bucket sort of a screen's kept cells: one pass over the source writes every value into
/// the bucket of its cell (a range of the sorted cells) in scratch files, one a rank; then ranges
/// of sorted cells are collected from the scratch files of all ranks. Memory is bounded by what is
/// given, whatever the size and layout of the source.
namespace pertscale {

/// What the sort works with.
struct SortPlan {
  std::filesystem::path folder;    ///< of the scratch files
  std::size_t buckets = 1;         ///< of equal numbers of cells
  std::uint64_t buffer_bytes = 0;  ///< of all buckets together, a rank

  std::filesystem::path file(int rank) const { return folder / std::to_string(rank); }
  /// Cells that a bucket holds; the last may hold fewer.
  std::int64_t bucket_cells(std::int64_t cells) const {
    auto const n = static_cast<std::int64_t>(buckets);
    return std::max<std::int64_t>(1, (cells + n - 1) / n);
  }
};

/// Buckets small enough that a few of them make what a rank writes at once.
SortPlan plan_sort(Dataset const& dataset, std::filesystem::path folder, std::uint64_t memory);

/// What the pass over the source found; the same on every rank.
struct ScatteredCells {
  std::vector<std::int32_t> lengths;  ///< values other than 0 of each sorted cell
  bool floats = true;                 ///< every value is a float
  bool whole_numbers = true;          ///< every value is a whole number
  double largest = 0;                 ///< largest |value|
  LibrarySizes sizes;                 ///< of counts, by matrix row
  std::int64_t scratch_bytes = 0;     ///< of all ranks
  std::vector<BucketExtent> extents;  ///< of all ranks
};

/// Checks and writes every value of the kept cells. Collective. UserError as stream_moments'.
ScatteredCells scatter_cells(Dataset const& dataset, SortedOrder const& order,
                             CellSource const& source, SortPlan const& plan,
                             Communicator const& comm, PassOptions const& options,
                             PassReport& report);

}  // namespace pertscale
