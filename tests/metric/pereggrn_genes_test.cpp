// PEREGGRN's figures of genes, and its distance in components.
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <tuple>

#include "metric/made_supply.hpp"
#include "metric/pereggrn_golden.hpp"
#include "suite/principal_components.hpp"

using namespace pertscale;
using pereggrn_golden::GoldenRun;
using Values = pereggrn_golden::Values;

TEST_CASE("PEREGGRN's errors of one gene by hand") {
  RivalPanel panel;
  panel.genes = {"A", "B"};
  panel.names = {"P", "Q"};
  panel.control = {0, 0};
  panel.observed = {{1, 5}, {2, 5}};
  panel.predicted = {{2, 5}, {0, 9}};

  CHECK(panel.values("gene-absolute-error gene=A") == Values{3});
  CHECK(panel.values("gene-squared-error gene=A") == Values{5});
  CHECK(panel.values("gene-predicted-spread gene=A") == Values{1});
  CHECK(panel.values("gene-predicted-spread gene=B") == Values{2});
  CHECK(panel.values("gene-absolute-error") == Values{3.5});
  CHECK(panel.scores("gene-squared-error gene=C").at(0).status == Status("no_gene"));
}

TEST_CASE("PEREGGRN's figures of 240 genes") {
  auto const folder = shared_file("golden/pereggrn");
  auto const screen = shared_file("data/norman-mcfaline-cells.h5ad");
  if (!folder || !screen) return;
  GoldenRun const run(*folder, *screen);
  CsvTable const expected(*folder / "metrics_per_target.csv");
  // every cell has a prediction of its own there; a baseline is taken off both sides alike
  std::map<std::string, RivalPanel> panels;
  for (std::string const line : {"", "A172", "T98G", "k562"}) {
    auto& panel = panels[line];
    panel.genes = run.genes();
    panel.control.assign(run.genes().size(), 0);
    std::tie(panel.observed, panel.predicted) = run.cells_of(line);
    for (std::size_t i = 0; i < panel.observed.size(); ++i)
      panel.names.push_back("cell" + std::to_string(i));
  }
  REQUIRE(expected.rows() == 4 * 240);
  for (std::size_t r = 0; r < expected.rows(); ++r) {
    auto const& baseline = expected.text(r, "baseline");
    std::string const prefix = "controls of ";
    auto const& panel =
        panels.at(baseline.starts_with(prefix) ? baseline.substr(prefix.size()) : "");
    std::string const gene = " gene=" + expected.text(r, "target");
    INFO(baseline << gene);
    auto const near = [&](std::string const& metric, double value) {
      return std::fabs(panel.values(metric + gene).at(0) - value) <= 1e-9 * (1 + std::fabs(value));
    };
    CHECK(near("gene-predicted-spread", expected.number(r, "standard_deviation")));
    CHECK(near("gene-absolute-error", expected.number(r, "mae")));
    CHECK(near("gene-squared-error", expected.number(r, "mse")));
  }
}

TEST_CASE("PEREGGRN's distance in 20 components of its training cells") {
  auto const folder = shared_file("golden/pereggrn");
  auto const screen = shared_file("data/norman-mcfaline-cells.h5ad");
  if (!folder || !screen) return;
  GoldenRun const run(*folder, *screen);
  CsvTable const components(*folder / "pca20.csv.gz");
  PrincipalAxes axes;
  axes.centre.resize(240);
  axes.loadings.resize(240, 20);
  for (Eigen::Index g = 0; g < 240; ++g) {
    auto const& gene = run.genes()[static_cast<std::size_t>(g)];
    axes.centre[g] = components.number(0, gene);
    for (Eigen::Index k = 0; k < 20; ++k)
      axes.loadings(g, k) = components.number(static_cast<std::size_t>(k + 1), gene);
  }
  CsvTable const expected(*folder / "metrics_per_perturbation.csv");
  for (std::size_t r = 0; r < expected.rows(); ++r) {
    auto const& line = expected.text(r, "cell_type");
    auto const& condition = expected.text(r, "perturbation");
    INFO(line << " " << condition);
    auto const observed = run.observed(line, condition), predicted = run.predicted(line, condition);
    MadeSupply supply;
    auto const row = [](Values const& values) {
      return Matrix(Eigen::Map<Eigen::RowVectorXd const>(values.data(), 240));
    };
    supply.components[{Side::measured, 0}] = along_axes(axes, row(observed));
    supply.components[{Side::predicted, 0}] = along_axes(axes, row(predicted));
    RivalPanel panel;
    panel.genes = run.genes();
    panel.names = {condition};
    panel.control = Values(240, 0);
    panel.observed = {observed};
    panel.predicted = {predicted};
    panel.supply = &supply;
    double const value = expected.number(r, "distance_in_pca");
    CHECK(panel.values("squared-distance values=components:20").at(0) ==
          Approx(value).epsilon(1e-9));
  }
}
