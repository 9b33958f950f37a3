#include <catch2/catch.hpp>

#include "model/made_training.hpp"

using namespace pertscale;

namespace {

GeneTable const genes({"g1", "g2"});

/// A in contexts 1 and 2, A+B in context 2; the target context trains on C.
TrainingView training() {
  auto view = made_training(genes, {"C+ctrl"}, Matrix{{9, 9}}, Vector{{1, 2}});
  view.elsewhere_conditions = conditions({"A+ctrl", "A+B"});
  view.elsewhere = {
      {0, 1, 10, Vector{{1, 0}}}, {0, 2, 90, Vector{{3, -1}}}, {1, 2, 50, Vector{{-0.5, 0.5}}}};
  return view;
}

}  // namespace

TEST_CASE("context-mean adds the mean change of the same perturbation to the target's control") {
  auto const prediction = predicted("context-mean", training(), {"ctrl+A", "B+A", "C", "B"});

  CHECK(prediction.mean.row(0) == Vector{{3, 1.5}}.transpose());
  CHECK(prediction.mean.row(1) == Vector{{0.5, 2.5}}.transpose());
  CHECK(prediction.status[0].ok());
  CHECK(prediction.status[2].word() == "no_match");
  CHECK(prediction.status[3].word() == "no_match");
}

TEST_CASE("shrink takes a part of the change away, 1 all of it") {
  CHECK(predicted("context-mean shrink=0.25", training(), {"A"}).mean.row(0) ==
        Vector{{2.5, 1.625}}.transpose());
  CHECK(predicted("context-mean shrink=1", training(), {"A"}).mean.row(0) ==
        Vector{{1, 2}}.transpose());
  CHECK_THROWS_WITH(made_model("context-mean shrink=1.5"), Catch::Contains("at most 1"));
  CHECK_THROWS_WITH(made_model("context-mean shrink=-0.1"), Catch::Contains("at least 0"));
}
