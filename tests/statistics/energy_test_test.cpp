#include "statistics/energy_test.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "shared_data.hpp"
#include "statistics/golden_cells.hpp"
#include "statistics/multiple_testing.hpp"
#include "statistics/random_points.hpp"

using namespace pertscale;

namespace {

double energy(Matrix const& a, Matrix const& b, EnergyForm const& form) {
  return energy_distance(a, b, group_terms(a, form), group_terms(b, form), form);
}

/// Oracle: labels shuffled by the same draws, every distance anew.
double plain_p(Matrix const& small, Matrix const& large, EnergyForm const& form, int runs,
               RandomStream random) {
  Matrix pool(small.rows() + large.rows(), small.cols());
  pool << small, large;
  auto const drawn = static_cast<std::size_t>(small.rows());
  std::vector<std::size_t> order(static_cast<std::size_t>(pool.rows()));
  std::iota(order.begin(), order.end(), std::size_t{0});
  double const measured = energy(small, large, form);
  int count = 0;
  for (int run = 0; run < runs; ++run) {
    for (std::size_t i = 0; i < drawn; ++i)
      std::swap(order[i], order[i + random.below(order.size() - i)]);
    Matrix shuffled(pool.rows(), pool.cols());
    for (std::size_t i = 0; i < order.size(); ++i)
      shuffled.row(static_cast<Eigen::Index>(i)) = pool.row(static_cast<Eigen::Index>(order[i]));
    double const e =
        energy(shuffled.topRows(small.rows()), shuffled.bottomRows(large.rows()), form);
    count += e >= measured - 1e-9 ? 1 : 0;
  }
  return static_cast<double>(std::max(1, count)) / runs;
}

}  // namespace

TEST_CASE("p counts the permutations of the oracle, whichever group is the smaller") {
  Matrix const a = normals(12, 4, 1, 0.2), b = normals(40, 4, 2);
  for (auto const& name : energy_form_names()) {
    INFO(name);
    auto const form = *energy_form(name);
    RandomStream const random(5, "test");
    auto const test = energy_test(a, b, form, {200}, random);
    CHECK(test.distance == Approx(energy(a, b, form)).epsilon(1e-10));
    CHECK(test.p == plain_p(a, b, form, 200, random));
    CHECK(energy_test(b, a, form, {200}, random).p == test.p);
  }
}

TEST_CASE("the permutation test of MMD with a Gaussian kernel counts as the oracle does") {
  Matrix const a = normals(15, 3, 8, 0.4), b = normals(25, 3, 9);
  for (bool const corrected : {false, true}) {
    EnergyForm const form{PointMetric::gaussian, corrected, 1, 0.2};
    for (std::uint64_t const memory : {std::uint64_t{1} << 20, std::uint64_t{0}}) {
      auto const test = energy_test(a, b, form, {200, memory}, {6, "kernel"});
      CHECK(test.distance == Approx(energy(a, b, form)).epsilon(1e-10));
      CHECK(test.p == plain_p(a, b, form, 200, {6, "kernel"}));
    }
  }
}

TEST_CASE("kept and repeated distances give the same p") {
  Matrix const a = normals(290, 4, 3, 0.05), b = normals(310, 4, 4);
  for (bool const corrected : {false, true}) {
    EnergyForm const form{PointMetric::euclidean, corrected};
    auto const kept = energy_test(a, b, form, {60, std::uint64_t{1} << 30}, {1, "x"});
    auto const repeated = energy_test(a, b, form, {60, 0}, {1, "x"});
    CHECK(kept.p == repeated.p);
    CHECK(kept.distance == Approx(repeated.distance).epsilon(1e-10));
  }
}

TEST_CASE("groups of two cells: every sixth permutation repeats the measured labels") {
  Matrix a(2, 1), b(2, 1);
  a << 0, 0.1;
  b << 10, 10.3;
  // Of six ways to draw two of four, {0, 0.1} and {10, 10.3} reach E: p is about 1/3.
  for (auto const& name : energy_form_names()) {
    auto const test = energy_test(a, b, *energy_form(name), {3000}, {1, "two"});
    CHECK(test.p == Approx(1.0 / 3).margin(4 * std::sqrt(2.0 / 9 / 3000)));
  }
}

TEST_CASE("a clear difference is never reached; too few cells give no value") {
  Matrix const a = normals(20, 3, 5, 5), b = normals(30, 3, 6), one = normals(1, 3, 7);
  CHECK(energy_test(a, b, {}, {100}, {1, "x"}).p == 0.01);
  CHECK(std::isnan(energy_test(one, b, {}, {100}, {1, "x"}).p));
  CHECK(std::isnan(energy_test(b, one, {}, {100}, {1, "x"}).distance));
  EnergyForm const plain{PointMetric::euclidean, false};
  CHECK(energy_test(one, b, plain, {100}, {1, "x"}).p > 0);
}

TEST_CASE("p-values under no difference are uniform") {
  int below = 0;
  for (std::uint64_t i = 0; i < 200; ++i)
    below += energy_test(normals(10, 3, 100 + 2 * i), normals(15, 3, 101 + 2 * i), {}, {100},
                         {i, "null"})
                         .p <= 0.2
                 ? 1
                 : 0;
  CHECK(below == Approx(40).margin(4 * std::sqrt(200 * 0.16)));
}

TEST_CASE("scperturb's p-values, with and without control among the tests") {
  auto const cells_file = shared_file("golden/distances/cells.csv.gz");
  if (!cells_file) return;
  auto const points = GoldenCells(*cells_file).points;
  struct Case {
    std::string file;
    EnergyForm form;
    int runs;
  };
  for (auto const& [file, form, runs] :
       {Case{"sqeuclidean_corrected_runs10000_seed0", {}, 10000},
        Case{"sqeuclidean_corrected_runs1000_seed0", {}, 1000},
        Case{"euclidean_plain_runs1000_seed1", {PointMetric::euclidean, false}, 1000}}) {
    INFO(file);
    CsvTable const table(cells_file->parent_path() / ("scperturb_etest_" + file + ".csv"));
    std::vector<double> p, theirs;
    for (std::size_t r = 0; r < table.rows(); ++r) {
      auto const& condition = table.text(r, "condition");
      theirs.push_back(table.number(r, "pvalue"));
      if (condition == "non-targeting") {
        p.push_back(1);  // scperturb tests control against itself
        continue;
      }
      auto const test = energy_test(points.at(condition), points.at("non-targeting"), form, {runs},
                                    RandomStream(0, "etest/" + condition));
      double const q = theirs.back();
      double const tolerance = 4 * std::sqrt(q * (1 - q) / runs) + 1.0 / runs;
      CHECK(std::fabs(test.p - q) <= tolerance);
      p.push_back(test.p);
    }
    // The same adjustment as scperturb's from its own p-values: control counts as a test there.
    auto const adjusted = holm_sidak(theirs);
    for (std::size_t r = 0; r < table.rows(); ++r)
      CHECK(adjusted[r] == Approx(table.number(r, "pvalue_adj")).epsilon(1e-12).margin(1e-13));
    // Ours leaves control out: never larger.
    std::vector<double> without;
    for (std::size_t r = 0; r < table.rows(); ++r)
      if (table.text(r, "condition") != "non-targeting") without.push_back(p[r]);
    auto const ours = holm_sidak(without), with_control = holm_sidak(p);
    for (std::size_t r = 0, k = 0; r < table.rows(); ++r)
      if (table.text(r, "condition") != "non-targeting") CHECK(ours[k++] <= with_control[r]);
  }
}
