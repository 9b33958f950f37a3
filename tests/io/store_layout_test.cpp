#include "io/store_layout.hpp"

#include <catch2/catch.hpp>

#include "core/random.hpp"

using namespace pertscale;

namespace {

StoreShape shape_of(std::vector<std::pair<std::int64_t, std::int64_t>> const& groups) {
  StoreShape shape;
  shape.genes = 1 << 20;
  std::int64_t first = 0;
  for (auto const& [cells, values_a_cell] : groups) {
    shape.groups.push_back({"p" + std::to_string(first), "", first, cells, 0});
    for (std::int64_t c = 0; c < cells; ++c)
      shape.offsets.push_back(shape.offsets.back() + values_a_cell);
    first += cells;
  }
  return shape;
}

std::vector<std::int64_t> starts(StoreShape const& shape) {
  std::vector<std::int64_t> out;
  for (auto const& piece : cut_pieces(shape)) out.push_back(piece.first_cell);
  return out;
}

}  // namespace

// a piece holds 2^18 values of 8 bytes
TEST_CASE("small groups share a piece, large ones are cut") {
  CHECK(starts(shape_of({{2, 1 << 16}, {2, 1 << 16}, {1, 1}})) == std::vector<std::int64_t>{0, 4});
  CHECK(starts(shape_of({{1, 10}, {9, 1 << 16}, {1, 10}})) ==
        std::vector<std::int64_t>{0, 1, 5, 9, 10});
  CHECK(starts(shape_of({{3, 1 << 19}})) == std::vector<std::int64_t>{0, 1, 2});
  CHECK(starts(shape_of({{3, 0}, {2, 0}})) == std::vector<std::int64_t>{0});
  CHECK(starts(shape_of({})).empty());
}

TEST_CASE("pieces follow one another, cover every cell and keep to groups") {
  RandomStream random(3, "pieces");
  std::vector<std::pair<std::int64_t, std::int64_t>> groups;
  for (int g = 0; g < 200; ++g)
    groups.emplace_back(1 + random.below(60),
                        random.below(1 + (std::uint64_t{1} << random.below(18))));
  auto const shape = shape_of(groups);

  auto const pieces = cut_pieces(shape);

  std::int64_t cell = 0;
  for (auto const& piece : pieces) {
    CHECK(piece.first_cell == cell);
    CHECK(piece.last_cell > cell);
    CHECK(piece.first_value == shape.offsets[static_cast<std::size_t>(cell)]);
    cell = piece.last_cell;
    CHECK((piece.values * 8 <= piece_bytes || piece.last_cell - piece.first_cell == 1));
    // a piece that ends within a group started within it
    for (auto const& group : shape.groups) {
      bool const cuts = cell > group.first_cell && cell < group.first_cell + group.cells;
      if (cuts) CHECK(piece.first_cell >= group.first_cell);
    }
  }
  CHECK(cell == shape.cells());
}
