// global-shift and target-scaling.
#include <catch2/catch.hpp>

#include "model/made_training.hpp"

using namespace pertscale;

namespace {

GeneTable const genes({"A", "B", "C"});

TrainingView singles() {
  Matrix profiles(3, 3);
  profiles << 1, 4, 2,  // A, 10 cells
      2, 1, 3,          // B, 20 cells
      6, 6, 6;          // X, 30 cells; no gene of the screen
  return made_training(genes, {"A+ctrl", "B+ctrl", "X+ctrl"}, profiles, Vector{{2, 4, 2}});
}

TrainingView with_pairs() {
  Matrix profiles(4, 3);
  profiles << 1, 2, 2,  // A+B, 10 cells
      9, 9, 9,          // A, 20 cells
      1, 4, 0,          // A+C, 30 cells
      5, 5, 5;          // B+X, 40 cells
  return made_training(genes, {"A+B", "A+ctrl", "A+C", "B+X"}, profiles, Vector{{2, 4, 2}});
}

}  // namespace

TEST_CASE("global-shift of singles is the perturbed mean") {
  CHECK(predicted("global-shift", singles(), {"C", "A+B"})
            .mean.isApprox(predicted("perturbed-mean", singles(), {"C", "A+B"}).mean, 1e-14));
  auto const nothing = made_training(genes, {}, Matrix(0, 3), Vector{{2, 4, 2}});
  CHECK(predicted("global-shift", nothing, {"C"}).status[0].word() == "no_training");
}

TEST_CASE("global-shift of combinations leaves singles alone") {
  auto const prediction = predicted("global-shift", with_pairs(), {"B+C", "B+ctrl", "ctrl"});

  // ((1, 2, 2) + (1, 4, 0) + (5, 5, 5)) / 3
  CHECK(prediction.mean.row(0).isApprox(Eigen::RowVector3d{{7.0 / 3, 11.0 / 3, 7.0 / 3}}, 1e-14));
  CHECK(prediction.status[0].ok());
  CHECK(prediction.status[1].word() == "not_applicable");
  CHECK(prediction.status[2].word() == "not_applicable");
}

TEST_CASE("target-scaling of singles by hand") {
  // b = (10 A + 20 B + 30 X) / 60 = (230, 240, 260) / 60; ref = (A + B) / 2 = (1.5, 2.5, 2.5)
  // c = ((1 - b_A) 1.5 + (1 - b_B) 2.5) / (1.5^2 + 2.5^2)
  Eigen::RowVector3d const b = Eigen::RowVector3d{{230, 240, 260}} / 60;
  double const c = ((1 - b[0]) * 1.5 + (1 - b[1]) * 2.5) / 8.5;

  auto const prediction = predicted("target-scaling", singles(), {"C+ctrl", "A+C", "X", "ctrl"});

  CHECK(prediction.mean.row(0).isApprox(b + Eigen::RowVector3d{{0, 0, c * 2.5}}, 1e-14));
  CHECK(prediction.mean.row(1).isApprox(b + Eigen::RowVector3d{{c * 1.5, 0, c * 2.5}}, 1e-14));
  CHECK(prediction.status[2].word() == "missing_genes");
  CHECK(prediction.status[3].word() == "not_applicable");

  // Each condition alike, with control: b = (A + B + X + c0) / 4
  auto const alike =
      predicted("target-scaling weight=conditions with-control=yes", singles(), {"C"});
  CHECK(alike.mean(0, 0) == Approx(11.0 / 4).epsilon(1e-14));
}

TEST_CASE("target-scaling of combinations by hand") {
  // b of all cells: (10 AB + 20 A + 30 AC + 40 BX) / 100 = (4.2, 5.2, 4); ref = (AB + AC) / 2.
  Eigen::RowVector3d const b{{4.2, 5.2, 4}}, ref{{1, 3, 1}};
  double const top = (1 - 4.2) * 1 + (2 - 5.2) * 3 + (1 - 4.2) * 1 + (0 - 4) * 1;
  double const c = top / (1 + 9 + 1 + 1);

  auto const prediction = predicted("target-scaling", with_pairs(), {"B+C", "A+ctrl"});

  CHECK(prediction.mean.row(0).isApprox(b + Eigen::RowVector3d{{0, 3 * c, c}}, 1e-14));
  CHECK(prediction.status[1].word() == "not_applicable");
}

TEST_CASE("target-scaling says why it cannot be fitted") {
  Matrix profiles = Matrix::Constant(1, 3, 2);
  auto const strange = made_training(genes, {"X"}, profiles, Vector{{2, 4, 2}});
  CHECK(predicted("target-scaling", strange, {"A"}).status[0].word() == "no_training");
  profiles(0, 0) = 0;
  auto const silent = made_training(genes, {"A"}, profiles, Vector{{0, 4, 2}});
  CHECK(predicted("target-scaling", silent, {"B"}).status[0].word() == "singular");
}
