// Every metric of cell-eval 0.8.2 and cell-eval2 0.20.0 on golden/cell-eval, its sets as users name
// them, beside the figures that those programs wrote.
#include <catch2/catch.hpp>
#include <set>

#include "csv_table.hpp"
#include "metric/cell_eval_names.hpp"
#include "metric/golden_supply.hpp"
#include "metric/made_items.hpp"
#include "metric/metric_sets.hpp"
#include "shared_data.hpp"

using namespace pertscale;

namespace {

std::string const folder = "golden/cell-eval/";

struct Sides {
  GoldenSide measured, predicted;
};

/// Forty cells a condition with the content of a degenerate prediction, then real control cells.
GoldenCellFile degenerate(GoldenCellFile const& real, std::string const& name,
                          std::vector<double> const& mean, double constant) {
  GoldenCellFile out;
  out.genes = real.genes;
  auto const genes = static_cast<Eigen::Index>(real.genes.size());
  for (auto const& [condition, cells] : real.cells) {
    Matrix& made = out.cells[condition];
    if (condition == golden_control)
      made = name == "constant-all" ? Matrix::Constant(cells.rows(), genes, constant) : cells;
    else if (name == "control-copy")
      made = real.cells.at(golden_control).topRows(40);
    else if (name == "perturbed-mean" || name == "baseline")
      made = Eigen::Map<Eigen::RowVectorXd const>(mean.data(), genes)
                 .replicate(name == "baseline" ? cells.rows() : 40, 1);
    else
      made = Matrix::Constant(40, genes, constant);
  }
  return out;
}

std::vector<double> csv_values(std::string const& path) {
  CsvTable const table(*shared_file(path));
  std::vector<double> out;
  for (std::size_t r = 0; r < table.rows(); ++r) out.push_back(table.number(r, "value"));
  return out;
}

Sides golden_sides(std::string const& name, bool with_counts) {
  Sides out;
  out.measured.logs = GoldenCellFile(*shared_file(folder + "real.h5ad"));
  if (with_counts) out.measured.counts = GoldenCellFile(*shared_file(folder + "real-counts.h5ad"));
  if (name == "main") {
    out.predicted.logs = GoldenCellFile(*shared_file(folder + "pred.h5ad"));
    if (with_counts)
      out.predicted.counts = GoldenCellFile(*shared_file(folder + "pred-counts.h5ad"));
    return out;
  }
  out.predicted.logs =
      degenerate(out.measured.logs, name,
                 csv_values(folder + "cell-eval-0.8.2/" +
                            (name == "baseline" ? "baseline.csv" : "perturbed-mean.csv")),
                 0.5);
  if (with_counts)
    out.predicted.counts =
        degenerate(out.measured.counts, name,
                   csv_values(folder + "cell-eval2-0.20.0/perturbed-mean-counts.csv"), 1);
  return out;
}

/// Peer's figures: column, perturbation -> value; NaN or absent where there is none.
using Figures = std::map<std::string, std::map<std::string, double>>;

Figures wide_figures(std::string const& path) {
  CsvTable const table(*shared_file(path));
  Figures out;
  for (auto const& column : cell_eval_columns())
    if (column.program == CellEval::v1)
      for (std::size_t r = 0; r < table.rows(); ++r)
        out[column.column][table.text(r, "perturbation")] = table.number(r, column.column);
  return out;
}

Figures long_figures(std::string const& prediction, std::string const& profile,
                     std::string const& engine) {
  CsvTable const table(*shared_file(folder + "cell-eval2-0.20.0/results.csv.gz"));
  Figures out;
  for (std::size_t r = 0; r < table.rows(); ++r)
    if (table.text(r, "prediction") == prediction && table.text(r, "profile") == profile &&
        table.text(r, "engine") == engine)
      out[table.text(r, "metric")][table.text(r, "perturbation")] = table.number(r, "value");
  CsvTable const aggregate(*shared_file(folder + "cell-eval2-0.20.0/agg_results.csv.gz"));
  std::string const ratio = "expr_mse_unbiased_capped_norm";
  for (std::size_t r = 0; r < aggregate.rows(); ++r)
    if (aggregate.text(r, "prediction") == prediction && aggregate.text(r, "profile") == profile &&
        aggregate.text(r, "engine") == engine && aggregate.text(r, "statistic") == "mean" &&
        aggregate.text(r, "metric") == ratio)
      out[ratio]["*"] = aggregate.number(r, "value");
  return out;
}

/// Relative, or absolute near 0. Dense cells of the degenerate predictions were float32.
struct Tolerance {
  double relative, absolute;
};
constexpr Tolerance doubles{1e-9, 1e-12}, floats{1e-5, 2e-7};

/// One metric of a set against the peer's column. Values that the README says are not defined are
/// in `skipped`. Returns how many numbers were compared.
std::size_t compare(GoldenContext const& golden, std::string const& text, Figures const& figures,
                    Tolerance tolerance, std::set<std::string> const& skipped) {
  auto const part = made_metric(text);
  std::string const column = cell_eval_column(part.label());
  INFO(text << " as " << column);
  REQUIRE_FALSE(column.empty());
  if (skipped.contains(column)) return 0;
  REQUIRE(figures.contains(column));
  auto const& values = figures.at(column);
  auto const scores = part.object->score(golden.context(), golden.items());
  bool const whole = part.info->traits.whole_split;
  REQUIRE(scores.size() == (whole ? 1 : golden.items().size()));
  std::size_t compared = 0;
  for (std::size_t i = 0; i < golden.names().size(); ++i) {
    auto const& score = scores[whole ? 0 : i];
    auto const found = values.find(values.contains("*") ? "*" : golden.names()[i]);
    double const value = found == values.end() ? std::nan("") : found->second;
    INFO(golden.names()[i] << ": " << score.status.word());
    if (std::isnan(value)) {
      CHECK_FALSE(score.status.ok());
      continue;
    }
    CHECK(score.status.ok());
    CHECK(score.value == Approx(value).epsilon(tolerance.relative).margin(tolerance.absolute));
    ++compared;
  }
  return compared;
}

std::size_t compare_set(GoldenContext const& golden, std::string const& set, Figures const& figures,
                        Tolerance tolerance, std::set<std::string> const& skipped = {}) {
  std::size_t compared = 0;
  for (auto const& text : MetricSets::instance().find(set).metrics)
    if (text != "pearson-edistance")  // distribution metrics are tested by themselves
      compared += compare(golden, text, figures, tolerance, skipped);
  return compared;
}

/// The whole screen, as counts only.
GoldenSide whole_screen(GoldenCellFile const& counts) { return {counts, counts}; }

bool absent() { return !shared_file(folder + "real.h5ad"); }

}  // namespace

TEST_CASE("cell-eval 0.8.2: every metric of the main prediction") {
  if (absent()) return;
  auto const sides = golden_sides("main", false);
  GoldenContext const golden(sides.measured, sides.predicted);
  auto const figures = wide_figures(folder + "cell-eval-0.8.2/main-f64.results.csv");

  CHECK(compare_set(golden, "cell-eval-0.8.2:full", figures, doubles) > 500);
}

TEST_CASE("cell-eval 0.8.2: degenerate predictions") {
  if (absent()) return;
  for (std::string const name :
       {"control-copy", "perturbed-mean", "constant", "constant-all", "baseline"}) {
    INFO(name);
    auto const sides = golden_sides(name, false);
    GoldenContext const golden(sides.measured, sides.predicted);
    auto const figures = wide_figures(folder + "cell-eval-0.8.2/" + name + ".results.csv");
    // the order of equal distances is numpy's, which is not stable
    std::set<std::string> skipped;
    if (name == "constant-all")
      skipped = {"discrimination_score_l1", "discrimination_score_l2",
                 "discrimination_score_cosine"};

    CHECK(compare_set(golden, "cell-eval-0.8.2:full", figures, floats, skipped) > 300);
  }
}

TEST_CASE("cell-eval 0.8.2: one half of the measured cells against the other") {
  if (absent()) return;
  auto const half = [](std::string const& name) {
    CsvTable const table(*shared_file(folder + "cell-eval-0.8.2/ceiling." + name + ".csv"));
    std::set<std::string> cells;
    for (std::size_t r = 0; r < table.rows(); ++r) cells.insert(table.at(r, 0));
    return GoldenSide{GoldenCellFile(*shared_file(folder + "real.h5ad"), cells), {}};
  };
  auto const a = half("half-a"), b = half("half-b");
  GoldenContext const golden(a, b);
  auto const figures = wide_figures(folder + "cell-eval-0.8.2/ceiling.results.csv");

  CHECK(compare_set(golden, "cell-eval-0.8.2:full", figures, floats) > 400);
}

TEST_CASE("cell-eval 0.8.2: null or NaN, as that program writes it") {
  if (absent()) return;
  for (std::string const name : {"main-f64", "constant-all"}) {
    auto const sides = golden_sides(name == "main-f64" ? "main" : name, false);
    GoldenContext const golden(sides.measured, sides.predicted);
    CsvTable const table(*shared_file(folder + "cell-eval-0.8.2/" + name + ".results.csv"));
    std::size_t missing = 0;
    for (auto const& text : MetricSets::instance().find("cell-eval-0.8.2:de").metrics) {
      auto const part = made_metric(text);
      std::string const column = cell_eval_column(part.label());
      auto const scores = part.object->score(golden.context(), golden.items());
      for (std::size_t i = 0; i < scores.size(); ++i) {
        if (scores[i].status.ok()) continue;
        INFO(name << " " << column << " " << golden.names()[i]);
        CHECK(table.text(i, "perturbation") == golden.names()[i]);
        CHECK(cell_eval_missing(column, scores[i].status) == table.text(i, column));
        ++missing;
      }
    }
    CHECK(missing > 50);
  }
}

TEST_CASE("cell-eval2 0.20.0: every metric on counts") {
  if (absent()) return;
  for (std::string const name :
       {"main", "control-copy", "perturbed-mean", "constant", "constant-all"}) {
    INFO(name);
    auto const sides = golden_sides(name, true);
    GoldenContext const golden(sides.measured, sides.predicted);
    auto const full = long_figures(name, "v2-full-counts", "scanpy");
    auto const vcc = long_figures(name, "vcc2026", "scanpy");

    CHECK(compare_set(golden, "cell-eval2-0.20.0:full", full, doubles) > 900);
    CHECK(compare_set(golden, "cell-eval2-0.20.0:vcc2026", vcc, doubles) > 190);
    if (name != "main") continue;
    CHECK(compare_set(golden, "cell-eval2-0.20.0-pdex:full",
                      long_figures(name, "v2-full-counts", "pdex"), doubles) > 900);
    CHECK(compare_set(golden, "cell-eval2-0.20.0-pdex:vcc2026",
                      long_figures(name, "vcc2026", "pdex"), doubles) > 190);
  }
}

TEST_CASE("cell-eval2 0.20.0: every metric on log-normalised input") {
  if (absent()) return;
  for (std::string const name :
       {"main", "control-copy", "perturbed-mean", "constant", "constant-all"}) {
    INFO(name);
    auto const sides = golden_sides(name, false);
    GoldenContext const golden(sides.measured, sides.predicted);
    auto const figures = long_figures(name, "v2-full-lognorm", "scanpy");

    CHECK(compare_set(golden, "cell-eval2-0.20.0-lognorm:full", figures, floats) > 900);
    if (name != "main") continue;
    auto const pdex = long_figures(name, "v2-full-lognorm", "pdex");
    for (auto const& text : MetricSets::instance().find("cell-eval2-0.20.0-lognorm:de41").metrics)
      compare(golden, text + " continuity=yes", pdex, floats, {});
  }
}

TEST_CASE("cell-eval2 0.20.0: the six of vcc2026 and their parts on the whole screen") {
  if (absent()) return;
  auto const measured = whole_screen(GoldenCellFile(*shared_file("data/papalexi-counts.h5ad")));
  auto const mean = csv_values(folder + "cell-eval2-0.20.0/perturbed-mean-whole-screen.csv");
  for (std::string const name : {"main", "control-copy", "perturbed-mean", "constant"}) {
    INFO(name);
    auto const predicted =
        whole_screen(name == "main" ? GoldenCellFile(*shared_file(folder + "pred-counts.h5ad"))
                                    : degenerate(measured.counts, name, mean, 1));
    GoldenContext const golden(measured, predicted);
    auto const figures = long_figures(name, "vcc2026-whole-screen", "scanpy");

    CHECK(compare_set(golden, "cell-eval2-0.20.0:vcc2026", figures, doubles) > 190);
  }
}
