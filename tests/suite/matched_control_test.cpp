#include "suite/matched_control.hpp"

#include <catch2/catch.hpp>

using namespace pertscale;

namespace {

/// Two contexts x (A, ctrl); the codes are batches.
Dataset made_dataset() {
  Dataset dataset;
  dataset.labels = Labels({{"A", {"A"}}, {"ctrl", {}}}, {"x", "y"},
                          {{0, 0, 4}, {1, 0, 3}, {0, 1, 1}, {1, 1, 2}});
  //                      A  A  A  A  c  c  c      A  c  c
  dataset.row_of_cell = {0, 0, 0, 0, 1, 1, 1, -1, 2, 3, 3};
  dataset.batch.names = {"b0", "b1", "b2"};
  dataset.batch.code_of_cell = {0, 2, 2, 2, 0, 1, 2, -1, 1, 1, 0};
  return dataset;
}

}  // namespace

TEST_CASE("control cells are grouped by context and batch") {
  auto const groups = control_batches(made_dataset());

  REQUIRE(groups.groups.size() == 5);
  CHECK(groups.groups[0].row == 1);
  CHECK(groups.groups[2].member == 2);
  CHECK(groups.groups[3].row == 3);
  CHECK(groups.group_of_cell == std::vector<std::int32_t>{-1, -1, -1, -1, 0, 1, 2, -1, -1, 4, 3});
}

TEST_CASE("a batch's weight is its share of the condition's cells, in its own context") {
  auto const dataset = made_dataset();
  auto const shares = batch_shares(dataset, control_batches(dataset));

  REQUIRE(shares.size() == 4);
  REQUIRE(shares[0].size() == 2);
  CHECK(shares[0][0].group == 0);
  CHECK(shares[0][0].share == 0.25);
  CHECK(shares[0][1].group == 2);
  CHECK(shares[0][1].share == 0.75);
  REQUIRE(shares[2].size() == 1);
  CHECK(shares[2][0].group == 4);
  CHECK(shares[2][0].share == 1);
  CHECK(shares[1].empty());
  CHECK(shares[3].empty());
}

TEST_CASE("a kept cell without a matched control is a bug") {
  auto dataset = made_dataset();
  auto const groups = control_batches(dataset);
  dataset.batch.code_of_cell[8] = 2;  // context y has no control of b2

  CHECK_THROWS_AS(batch_shares(dataset, groups), InternalError);
}
