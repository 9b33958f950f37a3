#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/matrix.hpp"

namespace pertscale {

/// How cells are made of a prediction that has means only. Of predicted cells nothing is made.
enum class Emit {
  none,           ///< there are no predicted cells: needs_cells
  tiled,          ///< every cell is the mean (cell-eval's own baseline)
  control_shift,  ///< a drawn control cell + (predicted mean - control mean), not below 0
  gaussian,       ///< normal with the predicted mean and the control's variance, not below 0
  poisson         ///< Poisson counts of the predicted mean at a drawn control cell's total
};

/// "none", "tiled", "control-shift", "gaussian", "poisson".
std::string emit_name(Emit form);
std::optional<Emit> emit_form(std::string_view name);
std::vector<std::string> emit_names();

/// What a form reads is given; the rest may stay empty. `seed` comes from names (dataset, split,
/// context, condition; not the model, so that models are compared on the same draws).
struct EmissionInput {
  Profile predicted;                       ///< mean, genes
  std::int64_t cells = 0;                  ///< how many to make
  std::uint64_t seed = 0;                  ///< stream_key of the condition's names
  Profile control_mean{};                  ///< control_shift
  Profile control_variance{};              ///< gaussian; unbiased
  Matrix const* drawn_controls = nullptr;  ///< control_shift: cells x genes, see control_draws
  std::span<double const> drawn_totals{};  ///< poisson: counts of those cells over all genes
  double target = 1e4;       ///< poisson: library size that the screen's counts are scaled to
  bool as_counts = false;    ///< poisson: counts themselves, else log1p(count target / total)
  bool non_negative = true;  ///< false for latent coordinates: nothing is cut off at 0
};

/// Control cells behind each made cell: `cells` numbers below `pool`, with replacement, one counter
/// a cell (so the first of them are the same for any `cells`). Throws InternalError for no pool.
std::vector<std::size_t> control_draws(std::int64_t cells, std::size_t pool, std::uint64_t seed);

/// Cells x genes. Each value depends on (seed, cell, gene) and on its own inputs alone.
/// poisson: Poisson counts of mean expm1(predicted) total / target; the mean of their logs lies
/// below the prediction (Jensen). A total of 0 gives zeros. Throws InternalError for `none` and for
/// inputs that are missing or of another shape.
Matrix emit_cells(Emit form, EmissionInput const& input);

}  // namespace pertscale
