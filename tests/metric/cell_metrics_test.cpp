#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "csv_table.hpp"
#include "dense_cells.hpp"
#include "metric/made_panel.hpp"
#include "metric/metric_sets.hpp"
#include "shared_data.hpp"
#include "statistics/energy_distance.hpp"
#include "statistics/gene_distances.hpp"
#include "statistics/kernel_distance.hpp"
#include "statistics/mean_distances.hpp"
#include "statistics/negative_binomial.hpp"
#include "statistics/random_points.hpp"
#include "statistics/transport_distance.hpp"

using namespace pertscale;

namespace {

std::vector<std::string> const of_cells{"e-distance", "mmd",        "wasserstein",    "sym-kldiv",
                                        "ks",         "t-distance", "pertpy-distance"};

/// Two conditions of 12 and 9 measured cells in 6 genes.
MadePanel made_panel() {
  MadePanel panel(normals(20, 6, 1, 3));
  panel.add("A+ctrl", normals(12, 6, 2, 4), normals(7, 6, 3, 3.5));
  panel.add("B+ctrl", normals(9, 6, 4, 5), normals(8, 6, 5, 4.5));
  return panel;
}

}  // namespace

TEST_CASE("two cells against two on one gene, by hand") {
  Matrix a(2, 1), b(2, 1);
  a << 0, 2;
  b << 5, 9;
  MadePanel panel(a);
  panel.add("A+ctrl", a, b);
  auto const of = [&](std::string const& metric) { return panel.score(metric).at(0).value; };
  CHECK(of("e-distance") == Approx(62));
  CHECK(of("e-distance form=cell-eval") == Approx(9));
  CHECK(of("e-distance form=perturbench") == Approx(4.5));
  CHECK(of("e-distance form=scperteval") == Approx(6));
  CHECK(of("e-distance form=sqeuclidean") == Approx(72));
  CHECK(of("mmd kernel=linear") == Approx(36));
  CHECK(of("mmd kernel=linear unbiased=yes") == Approx(31));
  CHECK(of("mmd kernel=poly") == Approx(4 + (25 * 25 + 2 * 45 * 45 + 81 * 81) / 4.0 - 2 * 106));
  CHECK(of("wasserstein") == Approx(6));
  CHECK(of("ks") == Approx(1));
  CHECK(of("sym-kldiv") == Approx(37 / 8.0 + 40 / 2.0 - 1).epsilon(1e-6));
  CHECK(of("t-distance") == Approx(6 / std::sqrt(5.0)).epsilon(1e-6));
  CHECK(of("pertpy-distance metric=mse") == Approx(36));
  CHECK(of("pertpy-distance metric=mse relative=simple") == Approx(1));
}

TEST_CASE("likelihoods of counts: which side is fitted, and what has no counts") {
  Matrix a(3, 1), b(2, 1);
  a << 0, 1, 5;
  b << 2, 2;
  MadePanel panel(a);
  panel.add("A+ctrl", a, b);
  auto const word = [&](std::string const& metric) {
    return panel.score(metric).at(0).status.word();
  };
  CHECK(word("nb-ll") == "needs_counts");
  panel.supply.count_cells[{Side::measured, 0}] = a;
  panel.supply.count_cells[{Side::measured, ScoreSupply::control_item}] = a;
  panel.supply.count_cells[{Side::predicted, 0}] = b;
  auto const of = [&](std::string const& metric) { return panel.score(metric).at(0).value; };
  // predicted: 2 and 2, Poisson of mean 2, judges 0, 1 and 5
  CHECK(of("nb-ll") == Approx(2 - 2 * std::log(2) + std::log(120) / 3));
  double const backwards = count_surprise(a, b, Underdispersed::skip);
  CHECK(of("nb-ll fit=measured") == backwards);
  CHECK(of("pertpy-distance metric=nb_ll") == backwards);
  CHECK(of("pertpy-distance metric=nb_ll relative=simple") == Approx(1));
  CHECK(word("pertpy-distance metric=nb_ll relative=control") == "not_applicable");
  CHECK(word("nb-ll underdispersed=skip") == "undefined");
  CHECK(word("nb-ll space=components:2") == "not_applicable");
}

TEST_CASE("metrics of cells are the distances of the cells that the supply hands over") {
  auto const panel = made_panel();
  for (std::size_t i = 0; i < 2; ++i) {
    Matrix const& x = panel.supply.expression.at({Side::measured, i});
    Matrix const& y = panel.supply.expression.at({Side::predicted, i});
    auto const of = [&](std::string const& metric) { return panel.score(metric).at(i).value; };
    CHECK(of("mmd") == mmd_squared(x, y, {.kernel = Kernel::rbf, .median = true}));
    CHECK(of("mmd unbiased=yes") ==
          mmd_squared(x, y, {.kernel = Kernel::rbf, .median = true, .unbiased = true}));
    CHECK(of("mmd kernel=rbf:0.2") == mmd_squared(x, y, {Kernel::rbf, 0.2}));
    CHECK(of("mmd kernel=genes-rbf:2") == mean_gene_distance(x, y, GeneDistance::rbf_mmd, 2));
    CHECK(of("mmd kernel=poly:3") == mmd_squared(x, y, {.kernel = Kernel::poly, .degree = 3}));
    CHECK(of("wasserstein form=scperteval") == sinkhorn_divergence(x, y));
    CHECK(of("wasserstein form=pertpy") == sinkhorn_cost(x, y).cost);
    CHECK(of("wasserstein form=pertpy-converged") == sinkhorn_cost(x, y, {.threshold = 1e-9}).cost);
    CHECK(of("pertpy-distance metric=r2_distance") ==
          pertpy_distance("r2_distance")->of(x, y).value);
    CHECK(of("ks most=4") == mean_gene_distance(x.topRows(4), y.topRows(4), GeneDistance::ks));
    CHECK(of("ks genes=top-expressed:6") == of("ks"));
    CHECK(of("ks genes=top-expressed:2") != of("ks"));
  }
}

TEST_CASE("every request made was declared, and there is no value without cells") {
  auto const panel = made_panel();
  for (auto const& name : of_cells)
    for (std::string const options :
         {"", " space=components:5 most=3", " emit=poisson", " emit=tiled most=9"}) {
      INFO(name << options);
      auto const needs = made_metric(name + options).object->needs();
      REQUIRE(needs.cells.size() == 1);
      panel.supply.asked_cells.clear();
      panel.score(name + options);
      CHECK_FALSE(panel.supply.asked_cells.empty());
      for (auto const& asked : panel.supply.asked_cells) CHECK(asked == needs.cells[0]);
      for (auto const& score : panel.score(name + options, false))
        CHECK(score.status.word() == "needs_cells");
    }
}

TEST_CASE("missing and few cells are words, not numbers") {
  auto panel = made_panel();
  panel.supply.expression.erase({Side::predicted, 1});
  panel.supply.expression[{Side::predicted, 0}] = normals(1, 6, 9);
  CHECK(panel.score("e-distance").at(1).status.word() == "needs_cells");
  CHECK(panel.score("e-distance").at(0).status.word() == "too_few_cells");
  CHECK(panel.score("e-distance form=pertpy").at(0).status.ok());
  CHECK(panel.score("mmd unbiased=yes").at(0).status.word() == "too_few_cells");
  CHECK(panel.score("mmd kernel=genes-rbf unbiased=yes").at(0).status.word() == "not_applicable");
  CHECK(panel.score("t-distance").at(0).status.word() == "too_few_cells");
  panel.supply.emitted[{1, Emit::tiled}] = normals(3, 6, 10, 4);
  CHECK(panel.score("e-distance emit=tiled").at(1).status.ok());
  panel.supply.components[{Side::measured, 0}] = normals(4, 2, 1);
  panel.supply.components[{Side::predicted, 0}] = normals(4, 2, 2);
  CHECK(panel.score("ks space=components:2").at(0).status.ok());
  CHECK(panel.score("ks space=components:2 genes=top-expressed:3").at(0).status.word() ==
        "not_applicable");
}

TEST_CASE("options of kernels and spaces that mean nothing are refused") {
  for (std::string const text :
       {"mmd kernel=rbf:0", "mmd kernel=linear:2", "mmd kernel=poly:1.5", "mmd kernel=laplace",
        "mmd space=components", "mmd space=components:0", "ks most=-1", "ks emit=copy",
        "e-distance form=geomloss", "pertpy-distance metric=classifier_cp"}) {
    INFO(text);
    CHECK_THROWS_AS(made_metric(text), UserError);
  }
}

TEST_CASE("correlation of distances to control: by pairs, and its missing cases") {
  auto panel = made_panel();
  panel.add("C+ctrl", normals(11, 6, 6, 3.2), normals(6, 6, 7, 3.1));
  auto const form = *published_energy_form("cell-eval");
  auto const to_control = [&](Side side, std::size_t i) {
    Matrix const& cells = panel.supply.expression.at({side, i});
    Matrix const& control = panel.supply.expression.at({Side::measured, ScoreSupply::control_item});
    return energy_distance(cells, control, group_terms(cells, form), group_terms(control, form),
                           form);
  };
  Eigen::Array3d real, made;
  for (std::size_t i = 0; i < 3; ++i) {
    real[static_cast<Eigen::Index>(i)] = to_control(Side::measured, i);
    made[static_cast<Eigen::Index>(i)] = to_control(Side::predicted, i);
  }
  real -= real.mean();
  made -= made.mean();
  double const r = (real * made).sum() / std::sqrt(real.square().sum() * made.square().sum());

  CHECK(panel.score("pearson-edistance").at(0).value == Approx(r).epsilon(1e-10));
  CHECK(panel.score("pearson-edistance control=own").at(0).status.word() == "needs_cells");
  CHECK(panel.score("pearson-edistance", false).at(0).status.word() == "needs_cells");
  CHECK(made_metric("pearson-edistance most=7").object->needs().cells.at(0).most == 7);
  for (std::size_t i = 0; i < 3; ++i)
    panel.supply.expression[{Side::predicted, i}] = normals(6, 6, 7, 3.1);
  CHECK(panel.score("pearson-edistance").at(0).status.word() == "constant");
  panel.supply.expression.erase({Side::predicted, 2});
  CHECK(panel.score("pearson-edistance").at(0).status.word() == "needs_cells");
}

TEST_CASE("cell-eval's pearson_edistance") {
  auto const real_file = shared_file("golden/cell-eval/real.h5ad");
  if (!real_file) return;
  auto const folder = real_file->parent_path();
  auto const real = DenseCells(real_file->string()).by_condition();
  auto const made = DenseCells((folder / "pred.h5ad").string()).by_condition();
  MadePanel panel(real.at("non-targeting"));
  for (auto const& [condition, cells] : real)
    if (condition != "non-targeting") panel.add(condition, cells, made.at(condition));
  panel.supply.expression[{Side::predicted, ScoreSupply::control_item}] = made.at("non-targeting");
  CsvTable const table(folder / "cell-eval-0.8.2" / "main-f64.results.csv");

  for (std::string const control : {"auto", "own"})
    CHECK(panel.score("pearson-edistance control=" + control).at(0).value ==
          Approx(table.number(0, "pearson_edistance")).epsilon(1e-9));
}

TEST_CASE("sets of distribution metrics hold metrics that exist, each once") {
  for (auto const& [name, size] :
       {std::pair{"scperturbench", 17}, std::pair{"pertpy", 20}, std::pair{"perturbarena", 24}}) {
    auto const& set = MetricSets::instance().find(name);
    CHECK(static_cast<int>(set.metrics.size()) == size);
    std::set<std::string> labels;
    for (auto const& text : set.metrics) labels.insert(made_metric(text).label());
    CHECK(labels.size() == set.metrics.size());
  }
}
