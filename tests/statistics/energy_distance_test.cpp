#include "statistics/energy_distance.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "core/random.hpp"
#include "shared_data.hpp"
#include "statistics/golden_cells.hpp"
#include "statistics/random_points.hpp"

using namespace pertscale;

namespace {

double plain_distance(Eigen::RowVectorXd const& x, Eigen::RowVectorXd const& y,
                      PointMetric metric) {
  double const squared = (x - y).squaredNorm();
  return metric == PointMetric::sqeuclidean ? squared : std::sqrt(squared);
}

/// Oracle: every pair, one after another.
double plain_mean(Matrix const& a, Matrix const& b, PointMetric metric) {
  double sum = 0;
  for (Eigen::Index i = 0; i < a.rows(); ++i)
    for (Eigen::Index j = 0; j < b.rows(); ++j) sum += plain_distance(a.row(i), b.row(j), metric);
  return sum / static_cast<double>(a.rows() * b.rows());
}

double plain_energy(Matrix const& a, Matrix const& b, EnergyForm const& form) {
  auto const self = [&](Matrix const& x) {
    auto const n = static_cast<double>(x.rows());
    return plain_mean(x, x, form.metric) * (form.corrected ? n / (n - 1) : 1);
  };
  return form.scale * (2 * plain_mean(a, b, form.metric) - self(a) - self(b));
}

double energy(Matrix const& a, Matrix const& b, EnergyForm const& form) {
  return energy_distance(a, b, group_terms(a, form), group_terms(b, form), form);
}

bool near(double value, double expected, double scale, double tolerance = 1e-10) {
  return std::fabs(value - expected) <= tolerance * std::fabs(scale);
}

}  // namespace

TEST_CASE("two groups of two points on a line, by hand") {
  Matrix a(2, 1), b(2, 1);
  a << 0, 2;
  b << 5, 9;
  // pairs across 5, 9, 3, 7: mean 6, of squares 41; within 2 and 4
  CHECK(energy(a, b, {PointMetric::euclidean, false}) == Approx(2 * 6 - 1 - 2));
  CHECK(energy(a, b, {PointMetric::euclidean, true}) == Approx(2 * 6 - 2 - 4));
  CHECK(energy(a, b, {PointMetric::sqeuclidean, false}) == Approx(2 * 41 - 2 - 8));
  CHECK(energy(a, b, {PointMetric::sqeuclidean, true}) == Approx(2 * 41 - 4 - 16));
  CHECK(energy(a, b, {PointMetric::euclidean, false, 0.5}) == Approx(4.5));
  CHECK(mean_distance(a, b, PointMetric::sqeuclidean) == Approx(41));
}

TEST_CASE("every form equals the sum over pairs, across tiles") {
  Matrix const a = normals(300, 7, 1), b = normals(41, 7, 2, 0.3);
  for (auto const& name : energy_form_names()) {
    INFO(name);
    auto const form = energy_form(name);
    REQUIRE(form);
    CHECK(energy(a, b, *form) == Approx(plain_energy(a, b, *form)).epsilon(1e-11));
    CHECK(mean_distance(a, b, form->metric) == Approx(plain_mean(a, b, form->metric)));
    CHECK(mean_distance_within(a, form->metric) == Approx(plain_mean(a, a, form->metric)));
  }
  CHECK_FALSE(energy_form("manhattan"));
}

TEST_CASE("equal cells are at distance zero, and a group far from the origin keeps its digits") {
  Matrix const twice = normals(1, 5, 3).replicate(6, 1);
  CHECK(mean_distance_within(twice, PointMetric::euclidean) == 0);
  Matrix const a = normals(30, 5, 4), b = normals(30, 5, 5);
  EnergyForm const form{PointMetric::euclidean, true};
  Matrix const far_a = a.array() + 1e6, far_b = b.array() + 1e6;
  CHECK(energy(far_a, far_b, form) == Approx(energy(a, b, form)).margin(1e-7));
}

TEST_CASE("a group of one cell has a plain term and no corrected one") {
  Matrix const one = normals(1, 3, 6), many = normals(9, 3, 7);
  CHECK(energy(one, many, {PointMetric::euclidean, false}) ==
        Approx(plain_energy(one, many, {PointMetric::euclidean, false})));
  CHECK(energy(one, many, {PointMetric::sqeuclidean, false}) ==
        Approx(plain_energy(one, many, {PointMetric::sqeuclidean, false})));
  CHECK(std::isnan(energy(one, many, {PointMetric::euclidean, true})));
  CHECK(std::isnan(energy(one, many, {PointMetric::sqeuclidean, true})));
  CHECK(std::isnan(energy(Matrix(0, 3), many, {PointMetric::euclidean, false})));
}

TEST_CASE("scperturb's figures: all pairs and to control") {
  auto const cells_file = shared_file("golden/distances/cells.csv.gz");
  if (!cells_file) return;
  auto const points = GoldenCells(*cells_file).points;
  std::map<std::string, std::string> const names{{"sqeuclidean-corrected", "sqeuclidean_corrected"},
                                                 {"sqeuclidean", "sqeuclidean_plain"},
                                                 {"euclidean", "euclidean_plain"},
                                                 {"euclidean-corrected", "euclidean_corrected"}};
  for (auto const& [ours, theirs] : names) {
    INFO(ours);
    auto const form = *energy_form(ours);
    std::map<std::string, GroupTerms> terms;
    for (auto const& [condition, block] : points) terms[condition] = group_terms(block, form);
    CsvTable const pairs(cells_file->parent_path() / ("scperturb_edist_" + theirs + ".csv"));
    std::size_t wrong = 0;
    // scikit-learn's Euclidean diagonal is rounding noise there (some 1e-7 a cell), ours is 0
    double const tolerance = form.metric == PointMetric::euclidean ? 5e-10 : 1e-10;
    for (std::size_t r = 0; r < pairs.rows(); ++r) {
      auto const& a = pairs.text(r, "group1");
      auto const& b = pairs.text(r, "group2");
      double const distance = pairs.number(r, "mean_distance");
      if (a == b) {
        wrong += near(terms[a].self, distance, distance, tolerance) ? 0 : 1;
        continue;
      }
      wrong +=
          near(mean_distance(points.at(a), points.at(b), form.metric), distance, distance) ? 0 : 1;
      double const e = energy_distance(points.at(a), points.at(b), terms[a], terms[b], form);
      wrong += near(e, pairs.number(r, "edist"), distance, tolerance)
                   ? 0
                   : 1;  // a difference of distances
    }
    CHECK(pairs.rows() >= 325);
    CHECK(wrong == 0);
    CsvTable const control(cells_file->parent_path() / ("scperturb_onesided_" + theirs + ".csv"));
    for (std::size_t r = 0; r < control.rows(); ++r) {
      auto const& a = control.text(r, "condition");
      double const e = energy_distance(points.at(a), points.at("non-targeting"), terms[a],
                                       terms["non-targeting"], form);
      if (a != "non-targeting")
        CHECK(near(e, control.number(r, "edist_to_control"), control.number(r, "onesided")));
      CHECK(near(terms[a].self, control.number(r, "self"), control.number(r, "self")));
      std::vector<std::string> const controls{"non-targeting", "ATF2"};
      auto const own = std::find(controls.begin(), controls.end(), a) - controls.begin();
      double const two =
          energy_to_controls(points.at(a), {points.at(controls[0]), points.at(controls[1])}, form,
                             own < 2 ? std::optional(static_cast<std::size_t>(own)) : std::nullopt);
      CHECK(near(two, control.number(r, "edist_to_control_two_controls_with_ATF2"),
                 control.number(r, "onesided"), tolerance));
    }
  }
}

TEST_CASE("forms by program") {
  for (auto const& program : published_energy_forms()) CHECK(published_energy_form(program));
  CHECK_FALSE(published_energy_form("geomloss"));
  Matrix a(2, 1), b(2, 1);
  a << 0, 2;
  b << 5, 9;
  auto const of = [&](std::string const& program) {
    return energy(a, b, *published_energy_form(program));
  };
  CHECK(of("scperturb") == Approx(62));
  CHECK(of("pertpy") == Approx(9));
  CHECK(of("cell-eval") == Approx(9));
  CHECK(of("scperteval") == Approx(6));
  CHECK(of("perturbench") == Approx(4.5));
}

TEST_CASE("the Gaussian form is MMD of its kernel") {
  Matrix a(2, 1), b(1, 1);
  a << 0, 1;
  b << 3;
  CHECK(energy(a, b, {PointMetric::gaussian, false, 1, 0.5}) ==
        Approx((1 + std::exp(-0.5)) / 2 + 1 - std::exp(-4.5) - std::exp(-2)));
}

TEST_CASE("pertpy's edistance") {
  auto const cells_file = shared_file("golden/distances/cells.csv.gz");
  if (!cells_file) return;
  auto const points = GoldenCells(*cells_file).points;
  EnergyForm const form{PointMetric::euclidean, false};
  CsvTable const control(cells_file->parent_path() / "pertpy_to_control.csv");
  for (std::size_t r = 0; r < control.rows(); ++r) {
    auto const& a = control.text(r, "condition");
    if (a == "non-targeting") continue;
    CHECK(energy(points.at(a), points.at("non-targeting"), form) ==
          Approx(control.number(r, "edistance")).epsilon(1e-10));
    EnergyForm const squared{PointMetric::sqeuclidean, false};
    CHECK(energy(points.at(a), points.at("non-targeting"), squared) ==
          Approx(control.number(r, "edistance_sqeuclidean")).epsilon(1e-10));
  }
  CsvTable const pairs(cells_file->parent_path() / "pertpy_pairwise.csv.gz");
  std::size_t seen = 0;
  for (std::size_t r = 0; r < pairs.rows(); ++r) {
    if (pairs.text(r, "metric") != "edistance") continue;
    ++seen;
    CHECK(energy(points.at(pairs.text(r, "group1")), points.at(pairs.text(r, "group2")), form) ==
          Approx(pairs.number(r, "distance")).epsilon(1e-10).margin(1e-8));
  }
  CHECK(seen > 300);
}
