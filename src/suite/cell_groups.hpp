#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "suite/dataset.hpp"

namespace pertscale {

/// One set of cells whose profile is wanted.
struct CellGroup {
  std::size_t row = 0;      ///< row of Labels that its cells belong to
  std::int32_t member = 0;  ///< which half, guide, replicate or batch of that row
  std::int64_t cells = 0;
};

/// A partition of (some of) a screen's kept cells: what stream_moments averages over. Groups are
/// sorted by row, then member.
struct CellGroups {
  std::string name;                         ///< "rows", "halves" ...: part of a product's name
  std::vector<std::int32_t> group_of_cell;  ///< by row of the matrix; -1: in no group
  std::vector<CellGroup> groups;
  std::optional<std::int64_t> half_seed{};  ///< of half_groups: the seed that drew them
};

/// One group a row of Labels: the profiles themselves.
CellGroups row_groups(Dataset const& dataset);
/// Two halves of every row of at least two cells, of equal size up to one cell: member 0 and 1.
/// Drawn by a counter-based permutation that depends on the names of context and condition and on
/// `seed` only, so a screen store and its source file are halved alike.
CellGroups half_groups(Dataset const& dataset, std::int64_t seed);
/// One group a row and value of a column of obs, for guides, replicates and batches; cells without
/// a value are in none. `control_only`: of control rows only.
CellGroups column_groups(Dataset const& dataset, std::string name, CellColumn const& column,
                         bool control_only = false);

}  // namespace pertscale
