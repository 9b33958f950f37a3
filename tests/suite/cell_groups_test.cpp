#include "suite/cell_groups.hpp"

#include <catch2/catch.hpp>

namespace pertscale {
namespace {

/// Cells of control, A and B in one context; the last cell is left out.
Dataset small_screen() {
  Dataset dataset;
  dataset.labels = Labels({{"A", {"A"}}, {"B", {"B"}}, {"control", {}}}, {"K562"},
                          {{0, 0, 4}, {1, 0, 1}, {2, 0, 5}});
  dataset.row_of_cell = {2, 0, 2, 0, 1, 0, 2, 2, 0, 2, -1};
  return dataset;
}

TEST_CASE("every row of labels is a group") {
  auto const groups = row_groups(small_screen());

  CHECK(groups.groups.size() == 3);
  CHECK(groups.groups[2].cells == 5);
  CHECK(groups.group_of_cell[4] == 1);
  CHECK(groups.group_of_cell.back() == -1);
}

TEST_CASE("halves are equal up to one cell; a row of one cell has none") {
  auto const groups = half_groups(small_screen(), 0);

  REQUIRE(groups.groups.size() == 4);
  CHECK(groups.groups[0].row == 0);
  CHECK(groups.groups[0].cells == 2);
  CHECK(groups.groups[1].cells == 2);
  CHECK(groups.groups[2].row == 2);
  CHECK(groups.groups[2].cells + groups.groups[3].cells == 5);
  CHECK(groups.group_of_cell[4] == -1);
  std::vector<std::int64_t> counted(4, 0);
  for (auto const group : groups.group_of_cell)
    if (group >= 0) ++counted[static_cast<std::size_t>(group)];
  for (std::size_t g = 0; g < 4; ++g) CHECK(counted[g] == groups.groups[g].cells);
}

TEST_CASE("halves do not depend on where the other rows' cells stand") {
  auto sorted = small_screen();
  sorted.row_of_cell = {0, 0, 0, 0, 1, 2, 2, 2, 2, 2};

  auto const before = half_groups(small_screen(), 3);
  auto const after = half_groups(sorted, 3);

  std::vector<std::int32_t> of_a, of_a_sorted;
  for (std::size_t cell : {1, 3, 5, 8}) of_a.push_back(before.group_of_cell[cell]);
  for (std::size_t cell : {0, 1, 2, 3}) of_a_sorted.push_back(after.group_of_cell[cell]);
  CHECK(of_a == of_a_sorted);
}

TEST_CASE("groups by a column leave out cells without a value") {
  auto const dataset = small_screen();
  CellColumn const batch{{"b1", "b2"}, {0, 0, 1, -1, 0, 1, 1, 1, 0, 0, 0}};

  auto const all = column_groups(dataset, "batches", batch);
  auto const controls = column_groups(dataset, "batches", batch, true);

  REQUIRE(all.groups.size() == 5);  // A b1, A b2, B b1, control b1, control b2
  CHECK(all.groups[0].cells == 2);
  CHECK(all.groups[1].member == 1);
  CHECK(all.group_of_cell[3] == -1);
  REQUIRE(controls.groups.size() == 2);
  CHECK(controls.groups[0].row == 2);
  CHECK(controls.groups[1].cells == 3);
  CHECK(controls.group_of_cell[1] == -1);
}

}  // namespace
}  // namespace pertscale
