#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "suite/dataset.hpp"

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
void apply_where(Dataset& dataset, ScreenReader const& reader, LabelDraft& draft);
/// `conditions = file:F`: control stays; a listed name that the screen lacks is a mistake.
void keep_listed(Dataset& dataset, LabelDraft& draft);
/// min-cells, max-cells and max-control-cells.
void bound_cells(Dataset& dataset, LabelDraft& draft);

}  // namespace pertscale
