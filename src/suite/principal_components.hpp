#pragma once
#include <cstdint>
#include <vector>

#include "data/screen.hpp"
#include "suite/sorted_cells.hpp"

namespace pertscale {

/// Consecutive rows of Labels [first, last): those of one context, for instance.
struct RowRange {
  std::size_t first = 0, last = 0;
};

/// The cells of a prepared screen.
struct ScreenCells {
  Screen const& screen;
  SortedCells const& cells;
  std::vector<std::size_t> gene_numbers;  ///< of the screen's genes among those of `cells`
  std::size_t genes = 0;                  ///< that `cells` has
};

struct PrincipalOptions {
  std::int64_t components = 50;
  std::int64_t genes = 2000;  ///< at most so many of the genes are used
  std::uint64_t memory = std::uint64_t{1} << 30;
};

/// UserError where the covariance of the genes does not fit into `options.memory`.
void require_memory(Screen const& screen, PrincipalOptions const& options);

/// Where cells are: along the leading principal axes of their log-normalised expression.
struct PrincipalAxes {
  std::vector<std::size_t> genes;  ///< used, ascending: numbers among those of the cells
  Vector centre;                   ///< mean of each over the cells
  Matrix loadings;                 ///< genes x components, orthonormal columns
  Vector variance;                 ///< along each component, over cells (n - 1), falling
  double total_variance = 0;       ///< of all genes used
};

/// Principal components of the cells of some rows: centred, not scaled. Of more than
/// `options.genes` genes those of largest variance over the cells are used (of equals the earlier).
/// The genes x genes covariance is summed over blocks of a fixed number of cells in sorted order,
/// each block's product rounded to a fixed point (of 62 bits for the largest variance times cells,
/// steps of 2^-52 at the finest): the same bits on any number of ranks. min(components, genes,
/// cells - 1) components, signs as in leading_eigen. Needs the screen's variance. Collective.
/// UserError where the covariance does not fit into `memory`.
PrincipalAxes principal_axes(ScreenCells const& cells, RowRange rows, Communicator const& comm,
                             PrincipalOptions const& options);

/// Coordinates of cells x the genes of the axes, projected by blocks of a fixed size.
Matrix along_axes(PrincipalAxes const& axes, Matrix const& cells);

/// Coordinates of cells: along principal axes, or their values themselves (latent screens). Local
/// to the rank.
class CellPoints {
 public:
  /// The values of all genes of the screen.
  explicit CellPoints(ScreenCells const& cells);
  CellPoints(ScreenCells const& cells, PrincipalAxes axes);

  Eigen::Index dimensions() const;
  /// The cells of a row of Labels x dimensions, projected by blocks of a fixed size from its start.
  Matrix row(std::size_t row) const;

 private:
  SortedCells const& cells_;
  PrincipalAxes axes_;
  std::vector<std::int32_t> column_of_gene_;  ///< -1: not used
};

}  // namespace pertscale
