// RANKS 1 3
#include "suite/landscape_table.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace pertscale;

TEST_CASE("values and words of all ranks come together; words stand in the order of columns") {
  auto const world = Communicator::world();
  LandscapeTable table(3);
  if (world.rank() == world.size() - 1) {
    table.put(0, LandscapeColumn::shift_norm, 0.1);
    table.put(0, LandscapeColumn::impact, std::nan(""));
    table.miss(2, LandscapeColumn::split_half, "too_few_cells");
  }
  if (world.root()) {
    table.put(1, LandscapeColumn::shift_norm, -3);
    table.miss(2, LandscapeColumn::e_distance, "needs_cells");
    table.put(2, LandscapeColumn::e_test_p, 7, Status("constant"));
  }

  table.share(world);

  CHECK(table.value(0, LandscapeColumn::shift_norm) == 0.1);
  CHECK(std::isnan(table.value(0, LandscapeColumn::impact)));
  CHECK(table.value(1, LandscapeColumn::shift_norm) == -3);
  CHECK(std::isnan(table.value(2, LandscapeColumn::e_test_p)));
  CHECK(table.status(0) == "ok");
  CHECK(table.status(2) == "e_distance=needs_cells;e_test_p=constant;split_half=too_few_cells");
  auto const column = table.values({1, 0}, LandscapeColumn::shift_norm);
  CHECK(column == std::vector<double>{-3, 0.1});
}
