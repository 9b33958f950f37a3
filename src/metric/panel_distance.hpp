#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "data/matrix.hpp"

/// Which rivals of a panel lie nearer to a query than its own partner: what discrimination scores,
/// ranks and centroid accuracies count.
namespace pertscale {

enum class PanelDistance {
  l1,
  l2,
  cosine,  ///< 1 - cosine; 1 where either side has no length
  pearson  ///< 1 - correlation; 1 where either side is constant
};

/// Profiles of one length, as changes from a reference, on some of the genes.
struct PanelRows {
  std::vector<Profile> rows;
  Profile reference{};             ///< empty: the profiles themselves
  std::vector<std::size_t> genes;  ///< ascending

  /// The change of a row: a value a gene of `genes`.
  void change(std::size_t row, std::span<double> out) const;
};

struct PanelQuery {
  std::size_t row = 0;  ///< of the queries
  std::size_t own = 0;  ///< its partner among the candidates
  /// Places in `genes` that do not count for this query, ascending.
  std::vector<std::size_t> left_out{};
};

/// Candidates other than the partner, by their distance from the query.
struct RivalCounts {
  std::size_t nearer = 0;
  std::size_t equal_before = 0, equal_after = 0;  ///< as near as the partner, by their place
};

/// Counts the rivals of every query. Outcomes are those of `panel_distance` on every pair: single
/// precision products (or sums of absolute differences) decide where their error bound lets them,
/// and the pairs in between are computed again in double. Memory is a tile, time is queries x
/// candidates x genes; outcomes depend on the query and the candidates alone. Queries and
/// candidates have the same genes.
std::vector<RivalCounts> count_rivals(PanelRows const& queries, PanelRows const& candidates,
                                      std::vector<PanelQuery> const& asked, PanelDistance kind);

/// The plain distance of a pair (the square of it for l2), sums in a defined order.
double panel_distance(PanelRows const& queries, PanelRows const& candidates,
                      PanelQuery const& query, std::size_t candidate, PanelDistance kind);

}  // namespace pertscale
