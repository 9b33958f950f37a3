// What metrics compare besides means, and the genes they choose by scores.
#include <catch2/catch.hpp>
#include <limits>

#include "metric/made_items.hpp"
#include "metric/made_supply.hpp"

using namespace pertscale;

namespace {

/// One condition of four genes: tests of both sides, and cells along two components.
struct Trial {
  MadeSupply supply;
  RivalPanel panel;

  Trial() {
    double const infinite = std::numeric_limits<double>::infinity();
    supply.any_tests[{Side::measured, 0}] = {{1, -3, infinite, 2}, {}, {0.5, 0.25, 0, 0.5}, {}};
    supply.any_tests[{Side::predicted, 0}] = {{1, -3, 2, infinite}, {}, {0.5, 0.5, 0.25, 0}, {}};
    Matrix measured(2, 2), predicted(1, 2);
    measured << 1, 2, 3, 6;
    predicted << 5, 1;
    supply.components[{Side::measured, 0}] = measured;
    supply.emitted[{0, Emit::tiled}] = predicted;  // of a prediction of means
    panel.genes = {"A", "B", "C", "D"};
    panel.names = {"A+ctrl"};
    panel.control = {0, 0, 0, 0};
    panel.observed = {{1, 2, 3, 4}};
    panel.predicted = {{1, 4, 6, 9}};
    panel.supply = &supply;
  }
  double value(std::string const& metric) const { return panel.values(metric).at(0); }
  Status status(std::string const& metric) const { return panel.scores(metric).at(0).status; }
};

}  // namespace

TEST_CASE("means along components, of a prediction of means too") {
  Trial const trial;
  // (2, 4) and (5, 1)
  CHECK(trial.value("squared-distance values=components:2") == 18);
  CHECK(trial.value("mae values=components:2") == 3);
  CHECK(trial.value("cosine values=components:2") == Approx(14 / std::sqrt(20.0 * 26)));
  CHECK(trial.status("mae values=components:2 genes=top-delta:2") == Status("not_applicable"));
  CHECK_THROWS_AS(made_metric("mae values=components:0"), UserError);
  CHECK_THROWS_AS(made_metric("mae values=scored"), UserError);
}

TEST_CASE("p-values of an infinite score count as 1") {
  Trial const trial;
  // 0.5 0.25 1 0.5 and 0.5 0.5 0.25 1
  CHECK(trial.value("mae values=pvalues") == (0 + 0.25 + 0.75 + 0.5) / 4);
}

TEST_CASE("genes of the largest scores, an infinite one as none") {
  Trial const trial;
  CHECK(trial.value("squared-distance genes=top-scores:1") == 4);       // B
  CHECK(trial.value("squared-distance genes=top-scores:2") == 4 + 25);  // and D
  CHECK(trial.value("squared-distance genes=top-scores:3") == 4 + 25);  // and A
  CHECK(trial.value("squared-distance genes=top-scores:9") == 4 + 25 + 9);
  CHECK(trial.value("squared-distance genes=top-scores:2 exclude-target=yes") == 4 + 25);
  RivalPanel bare = trial.panel;
  bare.supply = nullptr;
  CHECK(bare.scores("mae genes=top-scores:2").at(0).status == Status("needs_cells"));
}

TEST_CASE("agreement and errors of changes by hand, and from a control of the prediction's own") {
  MadeSupply supply;
  supply.own_control = MadeSupply::Half{{2, 1, 1, 1}, 5};
  RivalPanel panel;
  panel.genes = {"A", "B", "C", "D"};
  panel.names = {"x+ctrl"};
  panel.control = {1, 1, 1, 1};
  panel.observed = {{2, 1, 0, 3}};       // up, none, down, up
  panel.predicted = {{1.5, 0.5, 1, 0}};  // up, down, none, down
  panel.supply = &supply;
  auto const value = [&](std::string const& metric) { return panel.values(metric).at(0); };

  CHECK(value("delta-agreement") == 0.75);
  CHECK(value("mae-delta") == 1.25);
  CHECK(value("mse-delta") == 2.625);
  CHECK(value("delta-agreement reference=own-control") == 0.5);
  CHECK(value("mae-delta reference=own-control") == 1.5);
  CHECK(value("mse-delta reference=own-control") == (2.25 + 0.25 + 1 + 9) / 4);
  CHECK(made_metric("mae-delta reference=own-control").object->needs().own_control);
  CHECK_FALSE(made_metric("mae-delta").object->needs().own_control);
}
