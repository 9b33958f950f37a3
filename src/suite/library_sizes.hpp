#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "data/count_logs.hpp"
#include "suite/cell_source.hpp"

namespace pertscale {

/// Library sizes of a screen of counts. Empty for other values.
struct LibrarySizes {
  std::vector<std::int64_t> totals{};  ///< counts of each matrix row over all genes of its file
  double target = 0;                   ///< what every cell is scaled to; 0: values are no counts
  std::int64_t empty_cells = 0;        ///< kept cells without a count

  bool counts() const { return target > 0; }
  double total(std::int64_t cell) const {
    return static_cast<double>(totals[static_cast<std::size_t>(cell)]);
  }
  /// `cell` is a matrix row that has a count.
  double log_normalised(double count, std::int64_t cell) const {
    return pertscale::log_normalised(count, target, total(cell));
  }
};

/// How passes over a matrix are made.
struct PassOptions {
  std::uint64_t slab_bytes = std::uint64_t{128} << 20;
  std::function<bool()> stop = [] { return false; };
};

/// What passes over a matrix took.
struct PassReport {
  std::int64_t passes = 0;
  double read_seconds = 0;  ///< in the reader, this rank
  double bytes_read = 0;    ///< decoded bytes of values and indices, this rank
};

/// Which columns of the files a pass reads.
enum class Columns { genes, all };

/// Reads every slab once, spread over all ranks, and hands each block to `consume` on the rank that
/// read it. A failure or a stop on one rank ends the pass on all. Collective.
void read_pass(Dataset const& dataset, CellSource const& source, Communicator const& comm,
               PassOptions const& options, Columns columns, PassReport& report,
               std::function<void(MatrixBlock const&)> const& consume);

/// The library sizes of a screen of counts, exact and on every rank: one pass, none where
/// `library-size-column` gives them. Other values: none, no pass. UserError where a value is no
/// count. Collective.
LibrarySizes library_sizes(Dataset const& dataset, CellSource const& source,
                           Communicator const& comm, PassOptions const& options,
                           PassReport& report);

/// What follows from the totals of all matrix rows: the target sum and the cells without a count.
LibrarySizes with_target(Dataset const& dataset, std::vector<std::int64_t> totals);

/// UserError: the sentence for a value that is no whole number of 0 or more.
[[noreturn]] void refuse_count(Dataset const& dataset, std::int64_t cell, std::int64_t gene,
                               double value);
/// Is it a whole number of 0 or more? One that is no number, or too large, converts to the smallest
/// integer.
inline bool is_count(double value) {
  auto const count = static_cast<std::int64_t>(value);
  return count >= 0 && static_cast<double>(count) == value && value < 0x1p53;
}
/// Value as a whole number; UserError for one that is none or below 0.
inline std::int64_t checked_count(Dataset const& dataset, std::int64_t cell, std::int64_t gene,
                                  double value) {
  if (!is_count(value)) refuse_count(dataset, cell, gene, value);
  return static_cast<std::int64_t>(value);
}
/// Sum of values that must be counts; none where one is no count.
std::optional<std::int64_t> sum_of_counts(std::span<double const> values);
/// UserError: the sentence for a value that log1p-normalised data (|value| <= bound) cannot hold.
[[noreturn]] void refuse_value(Dataset const& dataset, std::int64_t cell, std::int64_t gene,
                               double value, double bound);

}  // namespace pertscale
