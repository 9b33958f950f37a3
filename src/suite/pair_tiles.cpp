#include "suite/pair_tiles.hpp"

#include <algorithm>
#include <cstring>

namespace pertscale {

namespace {

constexpr std::size_t tile_rows = 256;
constexpr int tile_tag = 417;

Matrix received(Communicator const& comm, PairTile const& tile, int from) {
  auto const bytes = comm.receive(from, tile_tag);
  Matrix out(static_cast<Eigen::Index>(tile.rows.last - tile.rows.first),
             static_cast<Eigen::Index>(tile.columns.last - tile.columns.first));
  std::memcpy(out.data(), bytes.data(), static_cast<std::size_t>(out.size()) * sizeof(double));
  return out;
}

}  // namespace

std::vector<PairTile> pair_tiles(std::vector<RowRange> const& ranges) {
  std::vector<PairTile> out;
  for (std::size_t group = 0; group < ranges.size(); ++group) {
    auto const [first, last] = ranges[group];
    for (auto row = first; row < last; row += tile_rows)
      for (auto column = row; column < last; column += tile_rows)
        out.push_back({group,
                       {row, std::min(row + tile_rows, last)},
                       {column, std::min(column + tile_rows, last)}});
  }
  return out;
}

void stream_tiles(Communicator const& comm, std::vector<PairTile> const& tiles,
                  std::function<Matrix(PairTile const&)> const& compute,
                  std::function<void(PairTile const&, Matrix const&)> const& sink) {
  auto const ranks = static_cast<std::size_t>(comm.size());
  auto const rank = static_cast<std::size_t>(comm.rank());
  for (std::size_t first = 0; first < tiles.size(); first += ranks) {
    Matrix mine;
    agree(comm, [&] {
      if (first + rank < tiles.size()) mine = compute(tiles[first + rank]);
    });
    agree(comm, [&] {
      if (!comm.root()) {
        if (first + rank < tiles.size())
          comm.send(std::as_bytes(std::span(mine.data(), static_cast<std::size_t>(mine.size()))), 0,
                    tile_tag);
        return;
      }
      std::vector<Matrix> others;  // received before anything can fail
      for (std::size_t r = 1; r < ranks && first + r < tiles.size(); ++r)
        others.push_back(received(comm, tiles[first + r], static_cast<int>(r)));
      sink(tiles[first], mine);
      for (std::size_t r = 0; r < others.size(); ++r) sink(tiles[first + 1 + r], others[r]);
    });
  }
}

}  // namespace pertscale
