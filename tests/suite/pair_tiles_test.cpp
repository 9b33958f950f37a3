// RANKS 1 2 3 4
#include "suite/pair_tiles.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "core/error.hpp"

using namespace pertscale;

namespace {

/// Entry (i, j) of tile values is 1000 i + j.
Matrix numbered(PairTile const& tile) {
  Matrix out(static_cast<Eigen::Index>(tile.rows.last - tile.rows.first),
             static_cast<Eigen::Index>(tile.columns.last - tile.columns.first));
  for (Eigen::Index i = 0; i < out.rows(); ++i)
    for (Eigen::Index j = 0; j < out.cols(); ++j)
      out(i, j) = 1000.0 * static_cast<double>(tile.rows.first + static_cast<std::size_t>(i)) +
                  static_cast<double>(tile.columns.first + static_cast<std::size_t>(j));
  return out;
}

}  // namespace

TEST_CASE("tiles cover every pair of a range once, and none across ranges") {
  auto const tiles = pair_tiles({{0, 3}, {3, 303}, {303, 304}});
  std::set<std::pair<std::size_t, std::size_t>> seen;
  for (auto const& tile : tiles)
    for (auto i = tile.rows.first; i < tile.rows.last; ++i)
      for (auto j = tile.columns.first; j < tile.columns.last; ++j)
        if (i <= j) CHECK(seen.insert({i, j}).second);
  CHECK(seen.size() == 6 + 300 * 301 / 2 + 1);
  CHECK(tiles.size() == 1 + 3 + 1);
  CHECK(tiles[2].group == 1);
  CHECK_FALSE(tiles[2].diagonal());
  CHECK(pair_tiles({}).empty());
}

TEST_CASE("rank 0 gets every tile in order, whoever computes it") {
  auto const world = Communicator::world();
  auto const tiles = pair_tiles({{0, 700}, {700, 1000}});
  std::size_t next = 0;
  stream_tiles(world, tiles, numbered, [&](PairTile const& tile, Matrix const& values) {
    CHECK(tile.rows.first == tiles[next].rows.first);
    CHECK(tile.columns.first == tiles[next].columns.first);
    CHECK(values == numbered(tile));
    ++next;
  });
  CHECK(next == (world.root() ? tiles.size() : 0));
}

TEST_CASE("a failure on the rank that computes, or on the one that writes, ends all ranks") {
  auto const world = Communicator::world();
  auto const tiles = pair_tiles({{0, 2000}});
  auto const ignore = [](PairTile const&, Matrix const&) {};
  CHECK_THROWS_AS(stream_tiles(
                      world, tiles,
                      [](PairTile const& tile) -> Matrix {
                        if (tile.rows.first == 512) throw UserError("no");
                        return numbered(tile);
                      },
                      ignore),
                  UserError);
  CHECK_THROWS_AS(stream_tiles(world, tiles, numbered,
                               [](PairTile const& tile, Matrix const&) {
                                 if (tile.rows.first == 512) throw UserError("full");
                               }),
                  UserError);
}
