#include <catch2/catch.hpp>
#include <cmath>

#include "metric/made_items.hpp"

using namespace pertscale;

TEST_CASE("distances by hand") {
  MadeItem const item{.genes = {"A", "B", "C", "D"},
                      .control = {1, 2, 3, 4},
                      .observed = {2, 4, 3, 3},
                      .predicted = {3, 3, 4, 0}};

  CHECK(item.score("l2").value == Approx(std::sqrt(12)));
  CHECK(item.score("rmse").value == Approx(std::sqrt(3)));
  CHECK(item.score("mse").value == 3);
  CHECK(item.score("mae").value == 1.5);
  CHECK(item.score("l2 genes=top-expressed:2").value == Approx(std::sqrt(10)));
  CHECK(item.score("mae exclude-target=yes").value == Approx(5.0 / 3));
}
