#include <catch2/catch.hpp>
#include <cmath>

#include "metric/correlation.hpp"
#include "metric/made_items.hpp"

using namespace pertscale;

namespace {

/// Changes from control: observed (1, 2, 0, -1), predicted (2, 1, 1, -4).
MadeItem item() {
  return {.genes = {"A", "B", "C", "D"},
          .control = {1, 2, 3, 4},
          .observed = {2, 4, 3, 3},
          .predicted = {3, 3, 4, 0},
          .perturbed_mean = {2, 2, 2, 2}};
}

}  // namespace

TEST_CASE("correlations by hand") {
  // dx - mean = (.5, 1.5, -.5, -1.5), dy - mean = (2, 1, 1, -4): 8 / sqrt(5 * 22).
  CHECK(item().score("pearson-delta").value == Approx(8 / std::sqrt(110)).epsilon(1e-14));
  // x - 3 = (-1, 1, 0, 0), y - 2.5 = (.5, .5, 1.5, -2.5): 0.
  CHECK(item().score("pearson").value == Approx(0).margin(1e-15));
  // Ranks of dx: 3 4 2 1; of dy: 4 2.5 2.5 1: centred product 3, squares 5 and 4.5.
  CHECK(item().score("spearman-delta").value == Approx(3 / std::sqrt(22.5)).epsilon(1e-14));
}

TEST_CASE("cosine, r2 and direction by hand") {
  CHECK(item().score("cosine-delta").value == Approx(8 / std::sqrt(6 * 22)).epsilon(1e-14));
  // Residuals (1, -1, 1, -3): 12; total about the mean: 5.
  CHECK(item().score("r2-delta").value == Approx(1 - 12.0 / 5).epsilon(1e-14));
  // Signs + + 0 - against + + + -.
  CHECK(item().score("direction").value == 0.75);
}

TEST_CASE("changes may be counted from the perturbed mean") {
  // dx = (0, 2, 1, 1), dy = (1, 1, 2, -2).
  std::string const from = " reference=perturbed-mean";
  CHECK(item().score("cosine-delta" + from).value == Approx(2 / std::sqrt(60)).epsilon(1e-14));
  CHECK(item().score("direction" + from).value == 0.5);
  auto without = item();
  without.perturbed_mean.clear();
  for (std::string const name : {"pearson-delta", "cosine-delta", "r2-delta", "direction"})
    CHECK(without.score(name + from).status.word() == "no_reference");
}

TEST_CASE("no change, and a change at rounding level, is constant") {
  auto still = item();
  still.predicted = still.control;
  auto rounding = item();
  rounding.predicted = {1 + 1e-15, 2 - 2e-15, 3 + 4e-16, 4};
  auto shifted = item();
  shifted.predicted = {1.1, 2.1, 3.1, 4.1};
  for (auto const* name : {"pearson-delta", "spearman-delta"}) {
    CHECK(still.score(name).status.word() == "constant");
    CHECK(rounding.score(name).status.word() == "constant");
    CHECK(shifted.score(name).status.word() == "constant");
  }
  CHECK(still.score("cosine-delta").status.word() == "constant");
  CHECK(rounding.score("cosine-delta").status.word() == "constant");
  CHECK(shifted.score("cosine-delta").status.ok());
  CHECK(still.score("direction").value == 0.25);
  CHECK(rounding.score("direction").value == 0.25);
  CHECK(still.score("pearson").status.ok());
}

TEST_CASE("a flat profile is constant for the correlation of absolute values") {
  auto flat = item();
  flat.predicted.assign(4, 0.1);
  CHECK(flat.score("pearson").status.word() == "constant");
}

TEST_CASE("observed changes that do not vary are constant") {
  auto still = item();
  still.observed = still.control;
  for (auto const* name : {"pearson-delta", "spearman-delta", "cosine-delta", "r2-delta"})
    CHECK(still.score(name).status.word() == "constant");
}

TEST_CASE("one gene is too few for a correlation") {
  for (auto const* name : {"pearson", "pearson-delta", "spearman-delta", "r2-delta"})
    CHECK(item().score(std::string(name) + " genes=top-expressed:1").status.word() ==
          "too_few_genes");
  CHECK(item().score("direction genes=top-expressed:1").value == 1);
}

TEST_CASE("small changes are no rounding") {
  auto small = item();
  small.observed = {1 + 1e-9, 2 - 1e-9, 3, 4};
  small.predicted = {1 + 2e-9, 2 - 2e-9, 3, 4};
  CHECK(small.score("pearson-delta").value == Approx(1).epsilon(1e-6));
}

TEST_CASE("average ranks") {
  std::vector<double> const values{3, 1, 3, 2, 3};
  CHECK(average_ranks(values) == std::vector<double>{4, 1, 4, 2, 4});
}
