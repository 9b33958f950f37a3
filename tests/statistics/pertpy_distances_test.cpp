#include <catch2/catch.hpp>
#include <cmath>

#include "core/random.hpp"
#include "dense_cells.hpp"
#include "shared_data.hpp"
#include "statistics/energy_test.hpp"
#include "statistics/golden_cells.hpp"
#include "statistics/kernel_distance.hpp"
#include "statistics/mean_distances.hpp"
#include "statistics/transport_distance.hpp"

// Figures of pertpy 1.0.3, with the tolerances of golden/distances/README.md.
using namespace pertscale;

namespace {

double tolerance_of(std::string const& metric) {
  if (metric == "mean_var_distribution") return 1e-6;
  return metric == "wasserstein" ? 1e-5 : 1e-10;
}

/// Every metric of a table by condition, against control.
void check_to_control(CsvTable const& table, std::map<std::string, Matrix> const& points,
                      std::size_t at_least) {
  Matrix const& control = points.at("non-targeting");
  std::size_t seen = 0;
  for (auto const& name : pertpy_distance_names()) {
    if (!table.has(name)) continue;
    auto const distance = *pertpy_distance(name);
    for (std::size_t r = 0; r < table.rows(); ++r) {
      auto const& condition = table.text(r, "condition");
      double const expected = table.number(r, name);
      if (condition == "non-targeting" || std::isnan(expected)) continue;
      INFO(name << " of " << condition);
      auto const found = distance.of(points.at(condition), control);
      CHECK(found.status.ok());
      CHECK(found.value == Approx(expected).epsilon(tolerance_of(name)));
      ++seen;
    }
  }
  CHECK(seen >= at_least);
}

}  // namespace

TEST_CASE("pertpy: every metric to control, in components") {
  auto const file = shared_file("golden/distances/cells.csv.gz");
  if (!file) return;
  CsvTable const table(file->parent_path() / "pertpy_to_control.csv");
  auto const points = GoldenCells(*file).points;
  check_to_control(table, points, 25 * 17);

  for (std::size_t r = 0; r < table.rows(); ++r) {
    auto const& condition = table.text(r, "condition");
    if (condition == "non-targeting") continue;
    INFO(condition);
    Matrix const& cells = points.at(condition);
    Matrix const& control = points.at("non-targeting");
    auto const mmd = [&](KernelForm const& form) { return mmd_squared(cells, control, form); };
    CHECK(mmd({Kernel::rbf, 1}) == Approx(table.number(r, "mmd_rbf_gamma1")).epsilon(1e-10));
    CHECK(mmd({Kernel::rbf, 0.005}) ==
          Approx(table.number(r, "mmd_rbf_gamma0.005")).epsilon(1e-10));
    CHECK(mmd({Kernel::poly, 1}) == Approx(table.number(r, "mmd_poly2_gamma1")).epsilon(1e-10));
    if (std::isnan(table.number(r, "wasserstein"))) continue;
    CHECK(sinkhorn_cost(cells, control).epsilon ==
          Approx(table.number(r, "wasserstein_epsilon_used")).epsilon(1e-10));
    double const converged = table.number(r, "wasserstein_converged_1e-9");
    if (!std::isnan(converged))
      CHECK(sinkhorn_cost(cells, control, {.threshold = 1e-9}).cost ==
            Approx(converged).epsilon(1e-9));
  }
}

TEST_CASE("pertpy: every metric of pairs of groups") {
  auto const file = shared_file("golden/distances/cells.csv.gz");
  if (!file) return;
  auto const points = GoldenCells(*file).points;
  CsvTable const pairs(file->parent_path() / "pertpy_pairwise.csv.gz");
  std::size_t seen = 0, wrong = 0;
  for (std::size_t r = 0; r < pairs.rows(); ++r) {
    auto const distance = pertpy_distance(pairs.text(r, "metric"));
    if (!distance || pairs.text(r, "group1") == pairs.text(r, "group2")) continue;
    ++seen;
    double const expected = pairs.number(r, "distance");
    auto const found =
        distance->of(points.at(pairs.text(r, "group1")), points.at(pairs.text(r, "group2")));
    bool const fits = std::fabs(found.value - expected) <=
                      tolerance_of(distance->name) * std::max(1.0, std::fabs(expected));
    if (!fits)
      UNSCOPED_INFO(distance->name << " " << pairs.text(r, "group1") << " " << found.value);
    wrong += fits ? 0 : 1;
  }
  CHECK(wrong == 0);
  CHECK(seen > 4000);
}

TEST_CASE("pertpy: every metric to control, on the expression of genes") {
  auto const file = shared_file("golden/distances/cells.csv.gz");
  auto const screen = shared_file("data/papalexi-counts.h5ad");
  if (!file || !screen) return;
  Matrix logs = DenseCells(screen->string()).values;
  for (Eigen::Index i = 0; i < logs.rows(); ++i)
    logs.row(i) = (logs.row(i) * (1e4 / logs.row(i).sum())).array().log1p();
  auto const points = golden_rows(CsvTable(*file), logs);
  check_to_control(CsvTable(file->parent_path() / "pertpy_to_control_genes.csv"), points, 300);
}

TEST_CASE("pertpy: compare_distance") {
  auto const file = shared_file("golden/distances/cells.csv.gz");
  if (!file) return;
  auto const points = GoldenCells(*file).points;
  CsvTable const table(file->parent_path() / "pertpy_compare_distance.csv");
  REQUIRE(table.rows() >= 24);
  for (std::size_t r = 0; r < table.rows(); ++r) {
    INFO(table.text(r, "real") << " " << table.text(r, "metric"));
    ComparedCells const cells{points.at(table.text(r, "real")),
                              points.at(table.text(r, "predicted")), points.at("non-targeting")};
    auto const distance = *pertpy_distance(table.text(r, "metric"));
    CHECK(compare_distance(distance, cells, Scaling::none).value ==
          Approx(table.number(r, "simple")).epsilon(1e-10));
    CHECK(compare_distance(distance, cells, Scaling::control_pertpy).value ==
          Approx(table.number(r, "scaled_on_control")).epsilon(1e-10));
    CHECK(compare_distance(distance, cells, Scaling::both_pertpy).value ==
          Approx(table.number(r, "scaled_on_both")).epsilon(1e-10));
  }
}

TEST_CASE("pertpy: permutation test of MMD with 200 draws") {
  auto const file = shared_file("golden/distances/cells.csv.gz");
  if (!file) return;
  auto const points = GoldenCells(*file).points;
  CsvTable const table(file->parent_path() / "pertpy_test_mmd_200_cells_by_name.csv");
  EnergyForm const linear{PointMetric::sqeuclidean, false, 0.5};  // MMD^2 of the linear kernel
  constexpr double runs = 200;
  for (std::size_t r = 0; r < table.rows(); ++r) {
    auto const& condition = table.text(r, "condition");
    if (condition == "non-targeting") continue;
    INFO(condition);
    auto const found = energy_test(points.at(condition), points.at("non-targeting"), linear,
                                   {.runs = 20000}, RandomStream(1, condition));
    CHECK(found.distance == Approx(table.number(r, "distance")).epsilon(1e-10));
    double const expected = table.number(r, "pvalue");
    double const p = std::clamp(found.p, 1 / runs, 1 - 1 / runs);
    CHECK(std::fabs(found.p - expected) <= 4 * std::sqrt(p * (1 - p) / runs) + 1 / runs);
  }
}

TEST_CASE("pertpy: permutation test of the energy distance with 1000 draws") {
  auto const file = shared_file("golden/distances/cells.csv.gz");
  if (!file) return;
  auto const points = GoldenCells(*file).points;
  // its other file, of cells in file order, hands the p-values to the wrong groups
  CsvTable const table(file->parent_path() / "pertpy_etest_edistance_1000_cells_by_name.csv");
  constexpr double runs = 1000;
  std::size_t seen = 0;
  for (std::size_t r = 0; r < table.rows(); ++r) {
    auto const& condition = table.text(r, "condition");
    if (condition == "non-targeting") continue;
    INFO(condition);
    auto const found =
        energy_test(points.at(condition), points.at("non-targeting"),
                    *published_energy_form("pertpy"), {.runs = 5000}, RandomStream(1, condition));
    CHECK(found.distance == Approx(table.number(r, "distance")).epsilon(1e-10));
    double const p = std::clamp(found.p, 1 / runs, 1 - 1 / runs);
    CHECK(std::fabs(found.p - table.number(r, "pvalue")) <=
          4 * std::sqrt(p * (1 - p) / runs) + 1 / runs);
    ++seen;
  }
  CHECK(seen == 25);
}
