#include "statistics/logistic.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "shared_data.hpp"
#include "statistics/golden_cells.hpp"
#include "statistics/mean_distances.hpp"
#include "statistics/random_points.hpp"

using namespace pertscale;

namespace {

/// Mean and standard deviation of 20 draws.
std::pair<double, double> draws(Matrix const& a, Matrix const& b) {
  double sum = 0, squares = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    double const p = held_out_probability(a, b, seed);
    sum += p / 20;
    squares += p * p / 20;
  }
  return {sum, std::sqrt(squares - sum * sum)};
}

}  // namespace

TEST_CASE("logistic regression of two cells against two, by hand") {
  // of -1 and 1 alike on both sides nothing is learnt: w = 0, and b is the log of the odds, 3 to 1
  Matrix x(4, 1);
  x << -1, -1, 1, 1;
  auto const even = logistic_regression(x, {0, 1, 0, 1});
  REQUIRE(even);
  CHECK((*even)[0] == Approx(0).margin(1e-9));
  CHECK((*even)[1] == Approx(0).margin(1e-9));
  Matrix const zeros = Matrix::Zero(4, 1);
  CHECK(logistic_regression(zeros, {1, 1, 0, 1}).value()[1] == Approx(std::log(3)));
  // of -1 against 1 the slope is zero where w = 2 / (1 + exp(w))
  Matrix two(2, 1);
  two << -1, 1;
  double const w = logistic_regression(two, {0, 1}).value()[0];
  CHECK(w == Approx(2 / (1 + std::exp(w))).epsilon(1e-9));
  CHECK(w > 0.5);
}

TEST_CASE("cells of fewer rows than coordinates: the same as with their scalar products") {
  Matrix const a = normals(9, 4, 1, 0), b = normals(11, 4, 2, 0.5);
  // 30 coordinates that hold the four, turned: scalar products are the same
  Matrix turn = Matrix::Zero(4, 30);
  for (Eigen::Index k = 0; k < 4; ++k) {
    turn(k, 3 * k) = 0.6;
    turn(k, 3 * k + 15) = 0.8;
  }
  CHECK(held_out_probability(Matrix(a * turn), Matrix(b * turn), 3) ==
        Approx(held_out_probability(a, b, 3)).epsilon(1e-7));
  CHECK(std::isnan(held_out_probability(a, b.topRows(1), 3)));
  CHECK(std::isnan(held_out_probability(a.topRows(0), b, 3)));
  CHECK(pertpy_distance("classifier_proba")->of(a, b).value == held_out_probability(a, b, 0));
}

TEST_CASE("pertpy: classifier_proba to control, mean and spread of 20 draws") {
  auto const file = shared_file("golden/distances/cells.csv.gz");
  if (!file) return;
  auto const points = GoldenCells(*file).points;
  CsvTable const table(file->parent_path() / "pertpy_classifier_proba_20_repeats.csv");
  double ratio = 0;
  std::size_t seen = 0;
  for (std::size_t r = 0; r < table.rows(); ++r) {
    auto const& condition = table.text(r, "condition");
    if (condition == "non-targeting") continue;
    INFO(condition);
    double const mean = table.number(r, "mean"), sd = table.number(r, "sd");
    auto const [ours, spread] = draws(points.at(condition), points.at("non-targeting"));
    // 25 comparisons of two means of 20 draws
    CHECK(std::fabs(ours - mean) <= 4 * std::sqrt((sd * sd + spread * spread) / 20));
    ratio += spread / sd / 25;
    ++seen;
  }
  CHECK(seen == 25);
  CHECK(ratio == Approx(1).margin(0.2));
}
