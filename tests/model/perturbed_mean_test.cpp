#include <catch2/catch.hpp>

#include "model/made_training.hpp"

using namespace pertscale;

namespace {

GeneTable const genes({"g1", "g2"});

/// Cells: 10, 20, 30; control 100.
TrainingView training() {
  Matrix profiles(3, 2);
  profiles << 1, 0, 4, 0, 7, 6;
  return made_training(genes, {"A+ctrl", "A+B", "B+ctrl"}, profiles, Vector{{2, 2}});
}

Vector mean_of(std::string const& options, TrainingView const& view) {
  return predicted("perturbed-mean " + options, view, {"C+ctrl"}).mean.row(0).transpose();
}

}  // namespace

TEST_CASE("perturbed-mean weights conditions or cells, without control or with it") {
  CHECK(mean_of("", training()).isApprox(Vector{{4, 2}}, 1e-15));
  CHECK(mean_of("weight=cells", training()).isApprox(Vector{{5, 3}}, 1e-15));
  CHECK(mean_of("with-control=yes", training()).isApprox(Vector{{3.5, 2}}, 1e-15));
  CHECK(mean_of("weight=cells with-control=yes", training())
            .isApprox(Vector{{500.0 / 160, 380.0 / 160}}, 1e-15));
}

TEST_CASE("perturbed-mean gives the same to every condition") {
  auto const prediction = predicted("perturbed-mean", training(), {"C+ctrl", "D+E"});

  CHECK(prediction.mean.row(0) == prediction.mean.row(1));
}

TEST_CASE("perturbed-mean without a training condition") {
  auto const view = made_training(genes, {}, Matrix(0, 2), Vector{{2, 3}});

  CHECK(predicted("perturbed-mean", view, {"C"}).status[0].word() == "no_training");
  CHECK(predicted("matching-mean", view, {"C"}).status[0].word() == "no_training");
  auto const with_control = predicted("perturbed-mean with-control=yes", view, {"C"});
  CHECK(with_control.status[0].ok());
  CHECK(with_control.mean.row(0).transpose() == view.control);
}

TEST_CASE("a weight that does not exist is refused with the choices named") {
  CHECK_THROWS_WITH(made_model("perturbed-mean weight=cell"),
                    Catch::Contains("conditions, cells") && Catch::Contains("weight=cell"));
}
