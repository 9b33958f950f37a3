#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "data/matrix.hpp"

/// Ranks of queries among the candidates of a panel: how many candidates are nearer to a query than
/// its own one. Nothing that grows with queries x candidates is kept.
namespace pertscale {

/// With weights w of the query and sums over the genes it looks at.
enum class PanelDistance {
  l1,           ///< sum |q - c|
  l2,           ///< sum (q - c)^2: the order of Euclidean distance, MSE and RMSE
  cosine,       ///< 1 - <q, c> / (|q| |c|); 1 where one of them is zero
  correlation,  ///< 1 - Pearson's r; 1 where one of them is constant
  weighted_l2,  ///< sum w (q - c)^2
  weighted_r2   ///< sum w (q - c)^2 / sum w (c - mean_w c)^2: one less than the R2 of truth c,
                ///< negated
};

struct PanelQuery {
  Profile values;
  std::size_t own = 0;                  ///< number of its candidate
  std::vector<std::size_t> excluded{};  ///< genes it does not look at
  Profile weights{};                    ///< of `weighted_*`: not negative, one a gene
};

struct PanelComparison {
  PanelDistance distance = PanelDistance::l2;
  std::vector<Profile> candidates{};
  std::vector<std::size_t> genes{};  ///< looked at, ascending
  Profile query_reference{};         ///< taken off every query; empty: nothing is
  Profile candidate_reference{};
};

/// Candidates other than a query's own, against the distance of its own.
struct Rivals {
  std::int64_t nearer = 0;
  std::int64_t equal = 0;
  std::int64_t equal_before = 0;  ///< of the equal ones, those with a lower number
  bool defined = true;            ///< the own distance is a finite number
};

/// One entry a query. Tiles of products or of absolute differences in single precision; every pair
/// that could be decided otherwise by its rounding is decided by PlainDistance, so the counts
/// are those of `count_rivals_plainly`, whatever the queries of a call. A distance that is no
/// number is never nearer.
std::vector<Rivals> count_rivals(PanelComparison const& panel, std::span<PanelQuery const> queries);

/// The same by the formulas above, a pair at a time.
std::vector<Rivals> count_rivals_plainly(PanelComparison const& panel,
                                         std::span<PanelQuery const> queries);

}  // namespace pertscale
