#pragma once
#include <functional>
#include <vector>

#include "data/matrix.hpp"
#include "parallel/communicator.hpp"
#include "suite/principal_components.hpp"

namespace pertscale {

/// A piece of a symmetric matrix of rows x rows, on or above its diagonal.
struct PairTile {
  std::size_t group = 0;  ///< which of the ranges it is of
  RowRange rows, columns;
  bool diagonal() const { return rows.first == columns.first; }
};

/// Tiles of at most 256 x 256 of the pairs within each range.
std::vector<PairTile> pair_tiles(std::vector<RowRange> const& ranges);

/// Computes tiles spread over all ranks, and hands them to `sink` on rank 0 in order. A rank holds
/// one tile at a time, rank 0 one of every rank (half a MiB each). Collective.
void stream_tiles(Communicator const& comm, std::vector<PairTile> const& tiles,
                  std::function<Matrix(PairTile const&)> const& compute,
                  std::function<void(PairTile const&, Matrix const&)> const& sink);

}  // namespace pertscale
