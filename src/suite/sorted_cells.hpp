#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "suite/moments.hpp"

namespace pertscale {

/// The kept cells of a screen sorted by row of Labels (context, condition), in file order within a
/// row; read by contiguous ranges. The same cells in the same order whether they come from a screen
/// store or from the file it was made of. Calls are local to the rank.
class SortedCells {
 public:
  virtual ~SortedCells() = default;
  /// First cell of each row of Labels, and the number of cells at the end.
  virtual std::vector<std::int64_t> const& starts() const = 0;
  /// Cells [first, last) x all genes of the dataset, log-normalised, by row. Columns ascend within
  /// a row.
  virtual void read(std::int64_t first, std::int64_t last, MatrixBlock& block) const = 0;
  std::int64_t cells() const { return starts().back(); }

  /// Are the values counts? Then the calls below can be made, else they throw InternalError.
  virtual bool has_counts() const { return false; }
  /// The same cells as counts.
  virtual void read_counts(std::int64_t first, std::int64_t last, MatrixBlock& block) const;
  /// Counts of a cell over all genes of its file.
  virtual double total(std::int64_t cell) const;
  /// Library size that counts are scaled to.
  virtual double target() const;
};

/// The cells of the dataset's own store if it is one, else of a store that is made in (or found in)
/// `cache`. Collective. UserError on rows = pseudobulk.
std::unique_ptr<SortedCells> sorted_cells(Dataset const& dataset, Communicator const& comm,
                                          std::filesystem::path const& cache,
                                          MomentOptions const& options);

}  // namespace pertscale
