#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "data/moment_sums.hpp"
#include "suite/dataset.hpp"

namespace pertscale {

/// A range of groups of cells whose sums are kept at one time.
struct Tile {
  std::size_t first, last;
  bool holds(std::size_t group) const { return group >= first && group < last; }
};

inline std::vector<Tile> cut_tiles(std::size_t groups, std::size_t genes, std::uint64_t bytes) {
  std::size_t const group_bytes = std::max<std::size_t>(1, genes * MomentSums::bytes_per_entry);
  std::size_t const most = std::max<std::size_t>(1, bytes / group_bytes);
  std::vector<Tile> tiles;
  for (std::size_t first = 0; first < groups; first += most)
    tiles.push_back({first, std::min(first + most, groups)});
  return tiles;
}

/// Largest |value| of log1p-normalised data: e^32 is 8e13 counts.
inline constexpr double largest_log_value = 32;

/// Bound of the fixed point of latent coordinates whose largest |value| is this.
inline double latent_bound(double largest) {
  return std::exp2(std::ceil(std::log2(std::max(largest, 1e-300))));
}

/// Shares of the memory bound: the sums of a tile, and a slab with its buffers.
inline std::uint64_t tile_bytes(std::uint64_t memory) { return memory * 2 / 5; }
inline std::uint64_t slab_bytes(std::uint64_t memory) {
  return std::min<std::uint64_t>(memory / 5, std::uint64_t{256} << 20);
}

}  // namespace pertscale
