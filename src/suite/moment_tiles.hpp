#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "data/moment_sums.hpp"
#include "suite/dataset.hpp"

namespace pertscale {

/// A range of rows of Labels whose sums are kept at one time.
struct Tile {
  std::size_t first, last;
  bool holds(std::size_t row) const { return row >= first && row < last; }
};

inline std::vector<Tile> cut_tiles(Dataset const& dataset, std::uint64_t bytes) {
  std::size_t const row_bytes =
      std::max<std::size_t>(1, dataset.genes.size() * MomentSums::bytes_per_entry);
  std::size_t const rows = std::max<std::size_t>(1, bytes / row_bytes);
  std::vector<Tile> tiles;
  for (std::size_t first = 0; first < dataset.labels.rows().size(); first += rows)
    tiles.push_back({first, std::min(first + rows, dataset.labels.rows().size())});
  return tiles;
}

/// Shares of the memory bound: sums, then the tile being finished in double, then a slab.
inline std::uint64_t tile_bytes(std::uint64_t memory) { return memory * 3 / 10; }
inline std::uint64_t slab_bytes(std::uint64_t memory) {
  return std::min<std::uint64_t>(memory / 5, std::uint64_t{256} << 20);
}

}  // namespace pertscale
