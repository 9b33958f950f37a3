#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "statistics/de_agreement.hpp"

/// Direction of change as cell-eval2 0.20.0 scores it: the measured tests say which genes changed
/// and which way, the prediction says which it calls and in what order. A gene is adjudicable where
/// its measured fold change is a number other than 0; a prediction without a direction is a miss.
namespace pertscale {

struct DirectionCounts {
  std::int64_t confident = 0;        ///< n: significant in the measured cells
  std::int64_t called = 0;           ///< n^: called by the prediction and adjudicable
  std::int64_t right = 0;            ///< k: of these, of equal sign
  std::optional<double> majority{};  ///< q: share of the commoner sign among adjudicable genes of n
};
DirectionCounts direction_counts(TestPair const& pair);

/// The form without correction, or corrected for always saying the commoner sign:
/// d = max(1 - q, 0.05).
enum class DirectionForm { corrected, raw };

/// (k / n^ - q) / d, or k / n^. Without a confident gene the corrected form is 1 if nothing is
/// called, else 0.
std::optional<double> direction_fidelity(DirectionCounts const& counts, DirectionForm form);
/// n^ / n; may exceed 1.
std::optional<double> direction_coverage(DirectionCounts const& counts);
/// (k - q n^) / (n d), or k / n; may exceed 1.
std::optional<double> direction_yield(DirectionCounts const& counts, DirectionForm form);
/// min(1, n^ / n) times the corrected fidelity (0 where nothing is called), or k / max(n^, n).
std::optional<double> direction_fidelity_yield(DirectionCounts const& counts, DirectionForm form);

/// Genes in the prediction's order: called first, then by padj, p, |log2fc| falling, and name.
enum class ReachUniverse {
  significant,  ///< those significant in the measured cells
  all           ///< every gene tested on both sides
};
/// The deepest number of adjudicable genes down the prediction's order whose share of equal signs
/// is at least `purity`; 0 where there is none.
std::int64_t pure_depth(TestPair const& pair, std::span<std::string const> names,
                        ReachUniverse universe, double purity);
/// pure_depth / n at purity 0.9 (raw), or q + (1 - alpha) (1 - q) (corrected).
std::optional<double> direction_reach(TestPair const& pair, std::span<std::string const> names,
                                      ReachUniverse universe, DirectionForm form);

}  // namespace pertscale
