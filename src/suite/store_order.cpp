#include "suite/store_order.hpp"

#include <numeric>

namespace pertscale {

SortedOrder sorted_order(Dataset const& dataset) {
  SortedOrder out;
  out.starts.assign(dataset.labels.rows().size() + 1, 0);
  for (auto const row : dataset.row_of_cell)
    if (row >= 0) ++out.starts[static_cast<std::size_t>(row) + 1];
  std::partial_sum(out.starts.begin(), out.starts.end(), out.starts.begin());
  auto next = out.starts;
  out.position_of_cell.reserve(dataset.row_of_cell.size());
  for (auto const row : dataset.row_of_cell)
    out.position_of_cell.push_back(
        row < 0 ? -1 : static_cast<std::int32_t>(next[static_cast<std::size_t>(row)]++));
  return out;
}

std::vector<std::int32_t> SortedOrder::cell_at_position() const {
  std::vector<std::int32_t> out(static_cast<std::size_t>(cells()));
  for (std::size_t cell = 0; cell < position_of_cell.size(); ++cell)
    if (position_of_cell[cell] >= 0)
      out[static_cast<std::size_t>(position_of_cell[cell])] = static_cast<std::int32_t>(cell);
  return out;
}

}  // namespace pertscale
