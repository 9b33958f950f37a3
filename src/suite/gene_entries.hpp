#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "io/reader.hpp"
#include "parallel/communicator.hpp"
#include "statistics/rank_sums.hpp"

namespace pertscale {

/// Slabs of a matrix of cells x genes whose values can be compared (log-normalised).
struct EntrySource {
  std::size_t slabs = 0;
  std::size_t genes = 0;
  bool whole_columns = false;                 ///< a slab holds all values of its genes
  bool narrow = false;                        ///< every value is exactly a float
  std::size_t batch = 1;                      ///< slabs that a rank reads between two exchanges
  std::uint64_t most = 0;                     ///< no more values than these are stored
  std::vector<std::int32_t> group_of_cell{};  ///< number of the RankGroup; -1: left out
  /// Reads one slab; local to the rank. The block may keep zeros, and cells that are left out.
  std::function<void(std::size_t slab, MatrixBlock& block)> read{};
};

struct RankingReport {
  std::int64_t rounds = 0;  ///< in which genes were gathered; 0 where columns were read whole
  std::int64_t passes = 0;  ///< over the matrix
  double gather_seconds = 0, test_seconds = 0;  ///< largest over ranks
};

/// Where and how genes are ranked.
struct RankingPlan {
  RankDesign design;
  RankOptions options;
  std::vector<std::size_t> genes;                 ///< which; ascending
  std::uint64_t memory = std::uint64_t{1} << 30;  ///< bound of one rank, bytes
};

/// What is done with a gene that has been ranked: `place` is its place among the plan's genes.
using RankedGene = std::function<void(std::size_t place, RankSums const& sums)>;

/// Gathers each gene's stored values on one rank and ranks them there. Genes are cut into rounds:
/// the values of a round fit into five eighths of the bound of all ranks together (a single gene
/// always goes through); every round reads the matrix once. Files of whole columns need no exchange
/// and one pass. Outcomes depend on the values and groups of the cells alone, not on ranks, bound
/// or order. Failures as in `agree`. Collective.
RankingReport rank_genes(EntrySource const& source, RankingPlan const& plan,
                         Communicator const& comm, RankedGene const& sink);

}  // namespace pertscale
