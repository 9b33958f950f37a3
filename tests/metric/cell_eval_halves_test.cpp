// Halves of the whole screen as predictions of each other: the replicate end of cell-eval2's scale.
#include <catch2/catch.hpp>

#include "csv_table.hpp"
#include "metric/cell_eval_names.hpp"
#include "metric/golden_supply.hpp"
#include "metric/made_items.hpp"
#include "metric/metric_sets.hpp"
#include "shared_data.hpp"

using namespace pertscale;

namespace {

std::string const folder = "golden/cell-eval/cell-eval2-0.20.0/";

/// Names of the cells of a half of a split.
std::set<std::string> cells_of(CsvTable const& table, std::string const& split,
                               std::string const& half) {
  std::set<std::string> out;
  for (std::size_t r = 0; r < table.rows(); ++r)
    if (table.text(r, "split") == split && table.text(r, "half") == half)
      out.insert(table.text(r, "cell"));
  return out;
}

GoldenSide side_of(std::set<std::string> const& cells) {
  GoldenCellFile const counts(*shared_file("data/papalexi-counts.h5ad"), cells);
  return {counts, counts};
}

/// Mean over the conditions that have a value; the one value of a whole split.
double mean_of(GoldenContext const& golden, std::string const& metric) {
  double sum = 0, n = 0;
  for (auto const& score : made_metric(metric).object->score(golden.context(), golden.items()))
    if (score.status.ok()) {
      sum += score.value;
      n += 1;
    }
  return sum / n;
}

double figure(CsvTable const& table, std::string const& split, std::string const& column) {
  for (std::size_t r = 0; r < table.rows(); ++r)
    if (table.text(r, "split_index") == split && table.text(r, "metric") == column)
      return table.number(r, "value");
  FAIL(column << " is absent");
  return 0;
}

}  // namespace

TEST_CASE("cell-eval2 0.20.0: half splits, each half with its own control") {
  if (!shared_file(folder + "bundle.halves.csv.gz")) return;
  CsvTable const halves(*shared_file(folder + "bundle.halves.csv.gz"));
  CsvTable const splits(*shared_file(folder + "bundle.anchor_splits.csv"));
  for (std::string const split : {"0", "1", "2", "3", "4"}) {
    auto const measured = side_of(cells_of(halves, split, "a"));
    auto const predicted = side_of(cells_of(halves, split, "b"));
    GoldenContext const golden(measured, predicted);
    for (auto const& text : MetricSets::instance().find("cell-eval2-0.20.0:vcc2026").metrics) {
      std::string const column = cell_eval_column(label_of_text(text));
      // this one's gate and denominator are the whole screen's
      if (column == "de_wilcoxon_lfc_nmae") continue;
      INFO("split " << split << " " << column);
      bool const uses_control = text.starts_with("de-") || text.starts_with("bulk-discrimination");
      CHECK(mean_of(golden, uses_control ? text + " control=own" : text) ==
            Approx(figure(splits, split, column)).epsilon(1e-9).margin(1e-12));
    }
  }
}

TEST_CASE("cell-eval2 0.20.0: a half as prediction of the whole screen") {
  if (!shared_file(folder + "bundle.halves.csv.gz")) return;
  CsvTable const halves(*shared_file(folder + "bundle.halves.csv.gz"));
  auto const measured = side_of({});
  auto const predicted = side_of(cells_of(halves, "0", "b"));
  GoldenContext const golden(measured, predicted);
  CsvTable const table(*shared_file(folder + "agg_results.csv.gz"));
  std::size_t compared = 0;
  for (std::size_t r = 0; r < table.rows(); ++r) {
    if (table.text(r, "prediction") != "half-b" || table.text(r, "statistic") != "mean") continue;
    for (auto const& column : cell_eval_columns()) {
      if (column.column != table.text(r, "metric")) continue;
      INFO(column.column);
      CHECK(mean_of(golden, column.metric) ==
            Approx(table.number(r, "value")).epsilon(1e-9).margin(1e-12));
      ++compared;
    }
  }
  CHECK(compared == 10);
}
