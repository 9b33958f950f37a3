#include "suite/predicted_cells.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/random.hpp"
#include "statistics/cell_emission.hpp"

namespace pertscale {

namespace {

/// A screen's own genes among those of its dataset.
std::vector<std::int64_t> own_genes(SupplyProducts const& products) {
  return {products.genes.begin(), products.genes.end()};
}

/// The measured screen's genes among those of the prediction's dataset.
std::vector<std::int64_t> genes_of_prediction(PredictedSide const& side) {
  std::vector<std::int64_t> out;
  for (auto const column : side.column_of_gene)
    out.push_back(column < 0 ? -1
                             : static_cast<std::int64_t>(
                                   side.products->genes[static_cast<std::size_t>(column)]));
  return out;
}

}  // namespace

ContextCells::ContextCells(SupplyProducts const& measured, ScoredContext const& scored,
                           std::string stream, PredictedSide const* predicted)
    : products_(measured),
      scored_(scored),
      stream_(std::move(stream)),
      predicted_(predicted),
      control_row_(measured.screen->control_row(scored.number())) {
  if (measured.cells)
    measured_cells_.emplace(*measured.cells, measured.dataset->genes.size(), own_genes(measured),
                            measured.screen->name, measured.memory);
  if (predicted != nullptr && predicted->products->cells)
    predicted_cells_.emplace(*predicted->products->cells,
                             predicted->products->dataset->genes.size(),
                             genes_of_prediction(*predicted),
                             predicted->products->dataset->spec.screen(), measured.memory);
}

std::size_t ContextCells::row_of(std::size_t item) const {
  return item == ScoreSupply::control_item ? control_row_ : scored_.rows().at(item);
}

std::ptrdiff_t ContextCells::predicted_row(std::size_t item) const {
  return predicted_ == nullptr ? -1 : predicted_->row_of.at(row_of(item));
}

std::string ContextCells::draws_of(std::size_t item) const {
  auto const& labels = products_.screen->labels;
  return fmt::format("{}/{}/{}", stream_, labels.contexts()[scored_.number()],
                     labels.condition_of(row_of(item)).name);
}

CellsOrStatus ContextCells::measured_values(std::size_t item, CellValues values,
                                            std::int64_t most) const {
  if (measured() == nullptr) return {Status("needs_cells"), {}};
  bool const counts = values != CellValues::expression;
  if (counts && !measured()->sorted().has_counts()) return {Status("needs_counts"), {}};
  std::size_t const row = row_of(item);
  return {{},
          measured()->dense(row, values,
                            sample_of(measured()->count(row), most, "cells/" + draws_of(item)))};
}

bool ContextCells::lacks_genes() const {
  return predicted_ != nullptr &&
         std::any_of(predicted_->column_of_gene.begin(), predicted_->column_of_gene.end(),
                     [](auto column) { return column < 0; });
}

/// Genes that the file lacks are as in the measured control: no change.
void ContextCells::fill_missing(Matrix& cells) const {
  auto const control = scored_.context().control;
  for (std::size_t gene = 0; gene < predicted_->column_of_gene.size(); ++gene)
    if (predicted_->column_of_gene[gene] < 0)
      cells.col(static_cast<Eigen::Index>(gene)).setConstant(control[gene]);
}

CellsOrStatus ContextCells::predicted_values(std::size_t item, CellValues values, Emit emit,
                                             std::int64_t most) const {
  bool const control = item == ScoreSupply::control_item;
  if (!control && !scored_.status(item).ok()) return {scored_.status(item), {}};
  if (predicted_ == nullptr && !control) return made_values(item, values, emit, most);
  if (predicted_ == nullptr)  // made cells stand beside the measured control
    return emit == Emit::none ? CellsOrStatus{Status("needs_cells"), {}}
                              : measured_values(item, values, most);
  auto const row = predicted_row(item);
  if (row < 0 || !predicted_cells_) return {Status("needs_cells"), {}};
  if (values == CellValues::counts && !predicted_cells_->sorted().has_counts())
    return {Status("needs_counts"), {}};
  if (values == CellValues::counts && lacks_genes()) return {Status("missing_genes"), {}};
  auto const at = static_cast<std::size_t>(row);
  auto cells = predicted_cells_->dense(
      at, values, sample_of(predicted_cells_->count(at), most, "predicted/" + draws_of(item)));
  if (values == CellValues::expression) fill_missing(cells);
  return {{}, std::move(cells)};
}

Status ContextCells::can_emit(Emit emit, CellValues values) const {
  auto const& context = scored_.context();
  if (emit == Emit::none) return Status("needs_cells");
  if (emit == Emit::poisson) {
    if (context.values == ValueKind::latent) return Status("not_applicable");
    if (measured() == nullptr) return Status("needs_cells");
    if (!measured()->sorted().has_counts()) return Status("needs_counts");
  }
  if (values == CellValues::counts && emit != Emit::poisson) return Status("needs_counts");
  if (emit == Emit::control_shift && measured() == nullptr) return Status("needs_cells");
  if (emit == Emit::gaussian && context.control_variance.empty()) return Status("needs_cells");
  return {};
}

CellsOrStatus ContextCells::made_values(std::size_t item, CellValues values, Emit emit,
                                        std::int64_t most) const {
  if (auto const status = can_emit(emit, values); !status.ok()) return {status, {}};
  auto const& context = scored_.context();
  EmissionInput input;
  input.predicted = scored_.panel()[item].predicted;
  input.cells = scored_.panel()[item].observed_cells;
  if (most > 0) input.cells = std::min(input.cells, most);
  require_room(products_.screen->name,
               16 * static_cast<double>(input.cells) * static_cast<double>(input.predicted.size()),
               products_.memory,
               fmt::format("{} made cells x {} genes", input.cells, input.predicted.size()));
  input.seed = stream_key("emit/" + draws_of(item));
  input.control_mean = context.control;
  input.control_variance = context.control_variance;
  input.non_negative = context.values != ValueKind::latent;
  bool const poisson = emit == Emit::poisson;
  input.as_counts = poisson && values == CellValues::counts;
  Matrix controls;
  std::vector<double> totals;
  if (poisson || emit == Emit::control_shift) {
    auto const pool = measured()->count(control_row_);
    auto const draws = control_draws(input.cells, static_cast<std::size_t>(pool), input.seed);
    if (poisson) {
      auto const first = measured()->sorted().starts()[control_row_];
      for (auto const draw : draws)
        totals.push_back(measured()->sorted().total(first + static_cast<std::int64_t>(draw)));
      input.target = measured()->sorted().target();
    } else {
      controls = drawn_rows(draws);
    }
  }
  input.drawn_controls = &controls;
  input.drawn_totals = totals;
  auto cells = emit_cells(emit, input);
  if (values == CellValues::per_million) scale_to_million(cells);
  return {{}, std::move(cells)};
}

Matrix ContextCells::drawn_rows(std::vector<std::size_t> const& draws) const {
  std::vector<std::int64_t> distinct(draws.begin(), draws.end());
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  auto const read = measured()->dense(control_row_, CellValues::expression, distinct);
  Matrix out(static_cast<Eigen::Index>(draws.size()), read.cols());
  for (std::size_t i = 0; i < draws.size(); ++i) {
    auto const at =
        std::lower_bound(distinct.begin(), distinct.end(), static_cast<std::int64_t>(draws[i]));
    out.row(static_cast<Eigen::Index>(i)) = read.row(at - distinct.begin());
  }
  return out;
}

MomentsOrStatus ContextCells::predicted_moments(std::size_t item, Emit emit) const {
  if (!scored_.status(item).ok()) return {scored_.status(item), {}};
  auto const& panel_item = scored_.panel()[item];
  if (predicted_ != nullptr) {
    auto const row = predicted_row(item);
    return row < 0 ? MomentsOrStatus{Status("needs_cells"), {}}
                   : moments_of_row(static_cast<std::size_t>(row));
  }
  if (emit == Emit::tiled) {
    std::vector<SampleMoments> moments;
    for (double const mean : panel_item.predicted)
      moments.push_back({mean, 0, panel_item.observed_cells});
    return {{}, std::move(moments)};
  }
  auto const cells = made_values(item, CellValues::expression, emit, 0);
  if (!cells.status.ok()) return {cells.status, {}};
  return {{}, column_moments(cells.values)};
}

MomentsOrStatus ContextCells::moments_of_row(std::size_t row) const {
  auto const& screen = *predicted_->products->screen;
  if (screen.variance.empty()) return {Status("needs_cells"), {}};
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  std::vector<SampleMoments> out;
  for (auto const column : predicted_->column_of_gene) {
    auto const at = static_cast<std::size_t>(column);
    auto const cells = screen.labels.rows()[row].cells;
    if (column < 0)
      out.push_back({unknown, unknown, cells});
    else
      out.push_back({screen.mean.row(row)[at], screen.variance.row(row)[at], cells});
  }
  return {{}, std::move(out)};
}

MomentsOrStatus ContextCells::control_moments(bool own) const {
  if (own && predicted_ != nullptr) {
    auto const row = predicted_row(ScoreSupply::control_item);
    return row < 0 ? MomentsOrStatus{Status("needs_cells"), {}}
                   : moments_of_row(static_cast<std::size_t>(row));
  }
  auto const& context = scored_.context();
  if (context.control_variance.empty()) return {Status("needs_cells"), {}};
  std::vector<SampleMoments> out;
  // a control that a model brings along has the spread of the measured one
  bool const brought = own && !scored_.own_control().empty();
  auto const mean = brought ? scored_.own_control() : context.control;
  for (std::size_t gene = 0; gene < context.control.size(); ++gene)
    out.push_back({mean[gene], context.control_variance[gene], context.control_cells});
  return {{}, std::move(out)};
}

Status ContextCells::control_columns(bool own, CellValues values,
                                     ReferenceColumns const*& out) const {
  bool const of_prediction = own && predicted_ != nullptr;
  auto const row = of_prediction ? predicted_row(ScoreSupply::control_item)
                                 : static_cast<std::ptrdiff_t>(control_row_);
  auto const& cells = of_prediction ? predicted_cells_ : measured_cells_;
  if (row < 0 || !cells) return Status("needs_cells");
  auto const key = std::pair{of_prediction, values};
  auto found = columns_.find(key);
  if (found == columns_.end())
    found = columns_.emplace(key, cells->columns(static_cast<std::size_t>(row), values)).first;
  out = &found->second;
  return {};
}

}  // namespace pertscale
