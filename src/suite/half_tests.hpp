#pragma once
#include <memory>
#include <vector>

#include "data/status.hpp"
#include "metric/supply.hpp"
#include "suite/half_screen.hpp"
#include "suite/score_context.hpp"

namespace pertscale {

/// Tests of every gene of some rows: rows x genes, NaN where there is no test.
struct HalfTests {
  Status status;  ///< needs_cells where moments of log values do not do
  Matrix score, log2fc, pvalue, padj;
};

enum class Half { first, second };

/// t-tests of one half of `rows` (of one context) from moments, Benjamini-Hochberg over the genes
/// of each row. `rest` are the same halves of the context's other perturbations, and, where the
/// request has control among them, all control cells; `control` are all control cells. `whole`: the
/// screen, for control.
HalfTests test_halves(HalvedScreen const& halves, Half half, std::vector<std::size_t> const& rows,
                      DeRequest const& request, Screen const& whole);

/// What calibration supplies to metrics of one context: tests of the first halves, so that weights
/// and gene sets come from cells that the positive control has not. All else is `needs_cells`.
/// Everything that is passed must stay.
std::unique_ptr<ScoreSupply> half_supply(HalvedScreen const& halves, Screen const& whole,
                                         ScoredContext const& scored);

}  // namespace pertscale
