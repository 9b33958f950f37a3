#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "suite/score_supply.hpp"
#include "suite/supply_cells.hpp"

namespace pertscale {

/// Cells or moments, or why there are none.
struct CellsOrStatus {
  Status status;
  Matrix values;
};

struct MomentsOrStatus {
  Status status;
  std::vector<SampleMoments> moments;
};

/// Cells behind the two sides of one context: measured ones are read, predicted ones are read or
/// made of the means. Columns are the genes of the measured screen. Local to the rank.
class ContextCells {
 public:
  ContextCells(SupplyProducts const& measured, ScoredContext const& scored, std::string stream,
               PredictedSide const* predicted);

  /// Null where there are none.
  RowCells const* measured() const { return measured_cells_ ? &*measured_cells_ : nullptr; }
  RowCells const* predicted() const { return predicted_cells_ ? &*predicted_cells_ : nullptr; }
  /// Row of the measured Labels of a panel item or of the control.
  std::size_t row_of(std::size_t item) const;
  /// Row of the prediction's own Labels; -1: there is none.
  std::ptrdiff_t predicted_row(std::size_t item) const;
  /// Name of dataset and split, which draws go by.
  std::string const& stream() const { return stream_; }
  /// Name of an item's draws.
  std::string draws_of(std::size_t item) const;

  CellsOrStatus measured_values(std::size_t item, CellValues values, std::int64_t most) const;
  /// Does the file of predictions lack a gene of the screen? Counts of it are not known then.
  bool lacks_genes() const;
  /// At most `most` cells (0: all) of the prediction's own, or as many made cells as were measured.
  CellsOrStatus predicted_values(std::size_t item, CellValues values, Emit emit,
                                 std::int64_t most) const;
  /// Mean and variance of log values over the cells; made cells of no variance are not made.
  MomentsOrStatus predicted_moments(std::size_t item, Emit emit) const;
  /// Of the measured control, or of the prediction's own.
  MomentsOrStatus control_moments(bool own) const;
  Status control_columns(bool own, CellValues values, ReferenceColumns const*& out) const;

 private:
  CellsOrStatus made_values(std::size_t item, CellValues values, Emit emit,
                            std::int64_t most) const;
  MomentsOrStatus moments_of_row(std::size_t predicted_row) const;
  Matrix drawn_rows(std::vector<std::size_t> const& draws) const;
  Status can_emit(Emit emit, CellValues values) const;
  void fill_missing(Matrix& cells) const;

  SupplyProducts const& products_;
  ScoredContext const& scored_;
  std::string stream_;
  PredictedSide const* predicted_;
  std::size_t control_row_;
  std::optional<RowCells> measured_cells_, predicted_cells_;
  mutable std::map<std::pair<bool, CellValues>, ReferenceColumns> columns_;
};

}  // namespace pertscale
