#pragma once
#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

#include "suite/cell_source.hpp"

namespace pertscale {

/// Library sizes of a screen of counts. Empty for other values.
struct LibrarySizes {
  std::vector<std::int64_t> totals;  ///< counts of each matrix row over all genes of its file
  double target = 0;                 ///< what every cell is scaled to; 0: values are no counts
  std::int64_t empty_cells = 0;      ///< kept cells without a count

  bool counts() const { return target > 0; }
  /// log1p of the scaled count. The product comes first and is divided once, so that equal ratios
  /// of count and library size give equal doubles. `cell` is a matrix row that has a count.
  double log_normalised(double count, std::int64_t cell) const {
    return std::log1p(count * target / static_cast<double>(totals[static_cast<std::size_t>(cell)]));
  }
};

/// How a pass over the matrix is made.
struct PassOptions {
  std::uint64_t slab_bytes = std::uint64_t{128} << 20;
  std::function<bool()> stop = [] { return false; };
};

/// Sums (exact, over all ranks) the library sizes of a screen of counts; nothing to do for other
/// values. Collective. Throws UserError where a value is no count.
LibrarySizes library_sizes(Dataset const& dataset, CellSource const& source,
                           Communicator const& comm, PassOptions const& options);

/// UserError: the sentence for a value that is no whole number of 0 or more.
[[noreturn]] void refuse_count(Dataset const& dataset, std::int64_t cell, std::int64_t gene,
                               double value);
/// UserError: the sentence for a value that log1p-normalised data (|value| <= bound) cannot hold.
[[noreturn]] void refuse_value(Dataset const& dataset, std::int64_t cell, std::int64_t gene,
                               double value, double bound);

}  // namespace pertscale
