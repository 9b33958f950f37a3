#include <Eigen/QR>
#include <catch2/catch.hpp>

#include "model/made_training.hpp"

using namespace pertscale;

namespace {

GeneTable const genes = lettered_genes(12);
std::vector<std::string> const names{"A+B",    "A+C",    "A+X",    "C+D",
                                     "A+ctrl", "B+ctrl", "C+ctrl", "D+ctrl"};

TrainingView training() {
  return made_training(genes, names, made_profiles(names.size(), 12, 5, 0.3),
                       made_profiles(1, 12, 6, 0).row(0).transpose());
}

/// d_a + d_b and the change of the three pairs whose singles are there.
std::pair<Matrix, Matrix> pairs(TrainingView const& view) {
  Matrix const d = view.profiles.rowwise() - view.control.transpose();
  Matrix s(3, 12), y(3, 12);
  s << d.row(4) + d.row(5), d.row(4) + d.row(6), d.row(6) + d.row(7);
  y << d.row(0), d.row(1), d.row(3);
  return {s, y};
}

}  // namespace

TEST_CASE("two pairs and two genes by hand") {
  GeneTable const two({"g1", "g2"});
  Matrix profiles(5, 2);
  profiles << 3, 2,  // A+B: change (2, 1); sum of singles (2, 0)
      1, 3,          // A+C: change (0, 2); sum of singles (1, 2)
      2, 1,          // A
      2, 1,          // B
      1, 3;          // C
  auto const view = made_training(two, {"A+B", "A+C", "A", "B", "C"}, profiles, Vector{{1, 1}});

  // sequential: c = (2*2 + 0*1 + 2*2) / (4 + 1 + 4) = 8/9; eps = (1, 1.5) - 8/9 (1.5, 1)
  auto const sequential = predicted("global-epistasis", view, {"B+C"}).mean;
  CHECK(sequential(0, 0) == Approx(1 + 8.0 / 9 * 1 + 1 - 12.0 / 9));
  CHECK(sequential(0, 1) == Approx(1 + 8.0 / 9 * 2 + 1.5 - 8.0 / 9));
  // joint: deviations of s +-(0.5, -1), of y +-(1, -0.5): c = 2 (0.5 + 0.5) / 2 (0.25 + 1) = 0.8
  auto const joint = predicted("global-epistasis fit=joint", view, {"B+C"}).mean;
  CHECK(joint(0, 0) == Approx(1 + 0.8 * 1 + 1 - 0.8 * 1.5));
  CHECK(joint(0, 1) == Approx(1 + 0.8 * 2 + 1.5 - 0.8 * 1));
}

TEST_CASE("joint is least squares with a column for the scale and one a gene") {
  auto const view = training();
  auto const [s, y] = pairs(view);
  Eigen::MatrixXd design = Eigen::MatrixXd::Zero(36, 13);
  Vector response(36);
  for (Eigen::Index i = 0; i < 36; ++i) {
    design(i, 0) = s(i / 12, i % 12);
    design(i, 1 + i % 12) = 1;
    response[i] = y(i / 12, i % 12);
  }
  Vector const solved = design.colPivHouseholderQr().solve(response);
  Matrix const d = view.profiles.rowwise() - view.control.transpose();
  Vector const expected =
      view.control + solved[0] * (d.row(5) + d.row(7)).transpose() + solved.tail(12);

  auto const prediction = predicted("global-epistasis fit=joint", view, {"B+D"});

  CHECK(prediction.mean.row(0).transpose().isApprox(expected, 1e-12));
}

TEST_CASE("sequential is least squares on the scale, then the mean of what is left") {
  auto const view = training();
  auto const [s, y] = pairs(view);
  Eigen::Map<Vector const> const all_s(s.data(), 36), all_y(y.data(), 36);
  double const c = all_s.dot(all_y) / all_s.squaredNorm();
  Vector const shift = (y - c * s).colwise().mean().transpose();
  Matrix const d = view.profiles.rowwise() - view.control.transpose();

  auto const prediction = predicted("global-epistasis", view, {"B+D"});

  CHECK(prediction.mean.row(0).transpose().isApprox(
      view.control + c * (d.row(5) + d.row(7)).transpose() + shift, 1e-12));
}

TEST_CASE("additive pairs are found additive") {
  auto view = training();
  Matrix const d = view.profiles.rowwise() - view.control.transpose();
  view.profiles.row(0) = view.control.transpose() + d.row(4) + d.row(5);
  view.profiles.row(1) = view.control.transpose() + d.row(4) + d.row(6);
  view.profiles.row(3) = view.control.transpose() + d.row(6) + d.row(7);

  for (std::string const fit : {"sequential", "joint"})
    CHECK(predicted("global-epistasis fit=" + fit, view, {"B+D"})
              .mean.isApprox(predicted("additive", view, {"B+D"}).mean, 1e-12));
}

TEST_CASE("one pair alone: the shortest scale and shift of all that fit it") {
  auto const view = training();
  auto const one =
      made_training(genes, {"A+B", "A", "B"}, view.profiles({0, 4, 5}, Eigen::all), view.control);
  auto const [s, y] = pairs(view);
  double const c = s.row(0).dot(y.row(0)) / (1 + s.row(0).squaredNorm());
  auto const part = made_model("global-epistasis fit=joint");

  part.object->fit(one, 1);

  CHECK(
      part.object->predict(conditions({"A+B"})).mean.row(0).isApprox(view.profiles.row(0), 1e-12));
  // Least norm: c = <s, eps>, so eps = y - c s.
  CHECK(c == Approx(s.row(0).dot(y.row(0) - c * s.row(0))));
}

TEST_CASE("what global-epistasis cannot predict is said so") {
  auto const prediction =
      predicted("global-epistasis", training(), {"B+X", "A+ctrl", "A+B+C", "ctrl", "B+D"});
  CHECK(prediction.status[0].word() == "no_single");
  for (std::size_t i = 1; i < 4; ++i) CHECK(prediction.status[i].word() == "not_applicable");
  CHECK(prediction.status[4].ok());

  auto const singles = made_training(genes, {"A", "B"}, made_profiles(2, 12, 5, 0.3),
                                     made_profiles(1, 12, 6, 0).row(0).transpose());
  CHECK(predicted("global-epistasis", singles, {"A+B"}).status[0].word() == "no_training");
}
