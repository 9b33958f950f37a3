#pragma once
#include <cstdint>
#include <vector>

#include "suite/dataset.hpp"

namespace pertscale {

/// Where each kept cell of a screen stands once cells are sorted by row of Labels, in file order
/// within a row.
struct SortedOrder {
  std::vector<std::int32_t> position_of_cell;  ///< by matrix row; -1: left out
  std::vector<std::int64_t> starts;  ///< first position of each row of Labels, and the end

  std::int64_t cells() const { return starts.back(); }
  /// Matrix row of each position.
  std::vector<std::int32_t> cell_at_position() const;
};

SortedOrder sorted_order(Dataset const& dataset);

}  // namespace pertscale
