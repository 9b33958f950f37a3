#include "io/store_layout.hpp"

#include <algorithm>

namespace pertscale {

std::vector<StorePiece> cut_pieces(StoreShape const& shape) {
  std::vector<StorePiece> pieces;
  auto const start = [&](std::int64_t cell) {
    return shape.offsets[static_cast<std::size_t>(cell)];
  };
  auto const fits = [&](std::int64_t first, std::int64_t last) {
    return (start(last) - start(first)) * (shape.value_bytes() + 4) <= piece_bytes;
  };
  std::int64_t first = 0;  // of the piece that is still open
  auto const cut = [&](std::int64_t last) {
    if (last == first) return;
    pieces.push_back({first, last, start(first), start(last) - start(first)});
    first = last;
  };
  for (auto const& group : shape.groups) {
    std::int64_t const end = group.first_cell + group.cells;
    if (fits(first, end)) continue;
    cut(group.first_cell);
    if (fits(first, end)) continue;
    for (std::int64_t cell = first; cell < end; ++cell)
      if (cell > first && !fits(first, cell + 1)) cut(cell);
    cut(end);
  }
  cut(shape.cells());
  return pieces;
}

}  // namespace pertscale
