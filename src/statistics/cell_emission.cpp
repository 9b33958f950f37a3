#include "statistics/cell_emission.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/error.hpp"
#include "core/random.hpp"
#include "data/count_logs.hpp"

namespace pertscale {

namespace {

constexpr std::array<std::pair<Emit, std::string_view>, 5> names{
    {{Emit::none, "none"},
     {Emit::tiled, "tiled"},
     {Emit::control_shift, "control-shift"},
     {Emit::gaussian, "gaussian"},
     {Emit::poisson, "poisson"}}};

/// A stream for one value: whichever genes are made beside it, its numbers are the same.
RandomStream stream_of(EmissionInput const& input, Eigen::Index cell, std::size_t gene) {
  return {input.seed, static_cast<std::uint64_t>(cell) << 32 | static_cast<std::uint64_t>(gene)};
}

void require(bool given, char const* what) {
  if (!given) throw InternalError(std::string("emit_cells: no ") + what);
}

void check(Emit form, EmissionInput const& input) {
  std::size_t const genes = input.predicted.size();
  auto const cells = static_cast<Eigen::Index>(input.cells);
  require(form != Emit::none, "form");
  require(input.cells >= 0, "number of cells");
  if (form == Emit::control_shift) {
    require(input.control_mean.size() == genes, "control mean");
    require(input.drawn_controls != nullptr && input.drawn_controls->rows() == cells &&
                input.drawn_controls->cols() == static_cast<Eigen::Index>(genes),
            "drawn control cells of that shape");
  }
  if (form == Emit::gaussian) require(input.control_variance.size() == genes, "control variance");
  if (form == Emit::poisson)
    require(std::cmp_equal(input.drawn_totals.size(), input.cells), "totals of the drawn cells");
}

double poisson_value(EmissionInput const& input, Eigen::Index cell, std::size_t gene) {
  double const total = input.drawn_totals[static_cast<std::size_t>(cell)];
  if (!(total > 0)) return 0;
  double const mean = std::expm1(input.predicted[gene]) * total / input.target;
  auto const count = static_cast<double>(stream_of(input, cell, gene).poisson(mean));
  return input.as_counts ? count : log_normalised(count, input.target, total);
}

double made_value(Emit form, EmissionInput const& input, Eigen::Index cell, std::size_t gene) {
  double const mean = input.predicted[gene];
  switch (form) {
    case Emit::control_shift:
      return (*input.drawn_controls)(cell, static_cast<Eigen::Index>(gene)) +
             (mean - input.control_mean[gene]);
    case Emit::gaussian:
      return mean + std::sqrt(input.control_variance[gene]) * stream_of(input, cell, gene).normal();
    case Emit::poisson: return poisson_value(input, cell, gene);
    default: return mean;
  }
}

}  // namespace

std::string emit_name(Emit form) {
  for (auto const& [value, name] : names)
    if (value == form) return std::string(name);
  throw InternalError("emit_name: unknown form");
}

std::optional<Emit> emit_form(std::string_view name) {
  for (auto const& [value, known] : names)
    if (known == name) return value;
  return std::nullopt;
}

std::vector<std::string> emit_names() {
  std::vector<std::string> out;
  for (auto const& [value, name] : names) out.emplace_back(name);
  return out;
}

std::vector<std::size_t> control_draws(std::int64_t cells, std::size_t pool, std::uint64_t seed) {
  if (pool == 0) throw InternalError("control_draws: there is no control cell");
  std::vector<std::size_t> out;
  for (std::int64_t cell = 0; cell < cells; ++cell) {
    // gene numbers stay below 2^32 - 1, so this counter is the cell's own
    RandomStream stream(seed, static_cast<std::uint64_t>(cell) << 32 | 0xffffffffULL);
    out.push_back(static_cast<std::size_t>(stream.below(pool)));
  }
  return out;
}

Matrix emit_cells(Emit form, EmissionInput const& input) {
  check(form, input);
  Matrix out(static_cast<Eigen::Index>(input.cells),
             static_cast<Eigen::Index>(input.predicted.size()));
  bool const cut = input.non_negative && (form == Emit::control_shift || form == Emit::gaussian);
  for (Eigen::Index cell = 0; cell < out.rows(); ++cell)
    for (std::size_t gene = 0; gene < input.predicted.size(); ++gene) {
      double const value = made_value(form, input, cell, gene);
      out(cell, static_cast<Eigen::Index>(gene)) = cut ? std::max(value, 0.0) : value;
    }
  return out;
}

}  // namespace pertscale
