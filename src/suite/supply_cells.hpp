#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "data/matrix.hpp"
#include "suite/cell_tests.hpp"
#include "suite/sorted_cells.hpp"

namespace pertscale {

/// What is read of a cell.
enum class CellValues {
  expression,  ///< log-normalised, or latent coordinates
  counts,      ///< raw
  per_million  ///< log_per_million of the counts; of cells without counts, their expm1 scaled to
               ///< 1e6
};

/// Cells of rows of Labels by the genes that are wanted, local to the rank.
class RowCells {
 public:
  /// `genes`: number among those of `cells` for each column; -1: a column of NaN. `memory`: bound
  /// of one rank, for refusals that name `screen`.
  RowCells(SortedCells const& cells, std::size_t file_genes, std::vector<std::int64_t> genes,
           std::string screen, std::uint64_t memory);

  SortedCells const& sorted() const { return cells_; }
  std::int64_t count(std::size_t row) const {
    return cells_.starts()[row + 1] - cells_.starts()[row];
  }
  /// The chosen cells (numbers within the row, ascending with repeats) x genes. UserError where
  /// they do not fit into the memory.
  Matrix dense(std::size_t row, CellValues values, std::vector<std::int64_t> const& chosen) const;
  /// All cells of the row.
  Matrix dense(std::size_t row, CellValues values) const;
  /// All cells of the row, for rank tests. UserError as above.
  ReferenceColumns columns(std::size_t row, CellValues values) const;
  /// Sums of counts of each gene (exact), and the total over all genes of the file.
  std::pair<std::vector<double>, double> sums(std::size_t row) const;

 private:
  /// Calls f(cell in row, column, value) for every stored value of the row.
  template <class Visit>
  void visit(std::size_t row, CellValues values, Visit&& f) const;
  SortedCells const& cells_;
  std::vector<std::int32_t> column_of_gene_;
  std::vector<std::size_t> missing_;
  std::size_t columns_;
  std::string screen_;
  std::uint64_t memory_;
};

/// UserError where one rank may not hold so much; `what` needs it.
void require_room(std::string const& screen, double bytes, std::uint64_t memory,
                  std::string const& what);

/// `most` of `count` cells, ascending, drawn by name; all where there are no more (or most is 0).
std::vector<std::int64_t> sample_of(std::int64_t count, std::int64_t most, std::string const& name);

/// log1p-normalised cells scaled to 1e6 over their own genes, and log1p of that.
void scale_to_million(Matrix& cells);

}  // namespace pertscale
