#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "suite/cell_obs.hpp"

namespace pertscale {

inline constexpr std::int32_t left_out = -1;

/// Condition of each cell as a number, while labels are being sorted out.
struct LabelDraft {
  std::vector<Condition> conditions;       ///< by key, in order of first sight
  std::vector<std::int32_t> condition_of;  ///< per cell, or left_out
  std::vector<std::string> contexts;       ///< sorted
  std::vector<std::int32_t> context_of;    ///< per cell
};

/// Cells of each (context, condition), in file order.
using CellLists = std::map<std::pair<std::int32_t, std::int32_t>, std::vector<std::size_t>>;
CellLists cells_by_group(LabelDraft const& draft);

/// "1 cell", "2 cells".
std::string count_text(std::int64_t count, std::string_view noun);
/// What a row of the matrix is called in messages.
std::string_view noun_of(DatasetSpec const& spec);

/// Each leaves cells out of the draft and notes how many and why.
void apply_where(Dataset& dataset, CellObs const& obs, LabelDraft& draft);
/// `conditions = file:F`: control stays; a listed name that the screen lacks is a mistake.
void keep_listed(Dataset& dataset, LabelDraft& draft);
/// max-control-cells.
void bound_control(Dataset& dataset, LabelDraft& draft);
/// min-cells and max-cells.
void bound_conditions(Dataset& dataset, LabelDraft& draft);
/// control-matching = batch: leaves out cells of no batch.
void need_batches(Dataset& dataset, LabelDraft& draft);
/// control-matching = batch: leaves out cells of batches without control cells in their context.
void need_matched_control(Dataset& dataset, LabelDraft& draft);

/// Fills batch, guide and replicate of every cell that is in the draft.
void read_cell_columns(Dataset& dataset, CellObs const& obs, LabelDraft const& draft);
/// Keeps the values of cells that are in the labels.
void trim_cell_columns(Dataset& dataset);

}  // namespace pertscale
