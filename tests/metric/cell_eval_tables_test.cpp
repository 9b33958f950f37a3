// The tables of tests that cell-eval 0.8.2 and cell-eval2 0.20.0 wrote for golden/cell-eval.
#include <catch2/catch.hpp>
#include <cmath>

#include "csv_table.hpp"
#include "metric/golden_supply.hpp"
#include "shared_data.hpp"

using namespace pertscale;

namespace {

std::string const folder = "golden/cell-eval/";

bool near(double ours, double theirs, double absolute = 0) {
  if (std::isinf(theirs)) return ours == theirs;
  return std::fabs(ours - theirs) <= 1e-9 * std::fabs(theirs) + absolute;
}

/// How many rows of a peer's table are not met to 1e-9.
struct Unmet {
  std::size_t rows = 0, fold_changes = 0, pvalues = 0, adjusted = 0;
};

/// `padj` is the name of the adjusted p.
Unmet compare_table(std::string const& path, GoldenContext const& golden, Side side,
                    DeRequest const& request, std::string const& padj) {
  CsvTable const table(*shared_file(folder + path));
  std::map<std::string, std::size_t> places, genes;
  for (std::size_t i = 0; i < golden.names().size(); ++i) places[golden.names()[i]] = i;
  auto const& names = golden.context().genes->names();
  for (std::size_t g = 0; g < names.size(); ++g) genes[names[g]] = g;
  Unmet out;
  for (std::size_t r = 0; r < table.rows(); ++r) {
    auto const& target = table.text(r, "target");
    if (!places.contains(target)) continue;
    auto const tests = golden.supply().de(side, places.at(target), request);
    REQUIRE(tests.status.ok());
    auto const g = genes.at(table.text(r, "feature"));
    out.fold_changes += !near(tests.log2fc[g], table.number(r, "log2_fold_change"), 1e-12);
    out.pvalues += !near(tests.pvalue[g], table.number(r, "p_value"));
    out.adjusted += !near(tests.padj[g], table.number(r, padj));
    ++out.rows;
  }
  return out;
}

}  // namespace

TEST_CASE("cell-eval 0.8.2: tests of every gene on both sides") {
  if (!shared_file(folder + "real.h5ad")) return;
  GoldenSide const measured{GoldenCellFile(*shared_file(folder + "real.h5ad")), {}},
      predicted{GoldenCellFile(*shared_file(folder + "pred.h5ad")), {}};
  GoldenContext const golden(measured, predicted);
  DeRequest request;
  request.method = DeMethod::wilcoxon;
  request.continuity = true;
  request.epsilon = 0;
  request.own_control = true;
  for (std::string const side : {"real", "pred"}) {
    auto const unmet =
        compare_table("cell-eval-0.8.2/main-f64." + side + "_de.csv.gz", golden,
                      side == "real" ? Side::measured : Side::predicted, request, "fdr");
    CHECK(unmet.rows == 25 * 299);
    CHECK(unmet.fold_changes + unmet.pvalues + unmet.adjusted == 0);
  }
}

TEST_CASE("cell-eval2 0.20.0: tests of every gene that is expressed, on counts") {
  if (!shared_file(folder + "real-counts.h5ad")) return;
  GoldenSide const measured{GoldenCellFile(*shared_file(folder + "real.h5ad")),
                            GoldenCellFile(*shared_file(folder + "real-counts.h5ad"))},
      predicted{GoldenCellFile(*shared_file(folder + "pred.h5ad")),
                GoldenCellFile(*shared_file(folder + "pred-counts.h5ad"))};
  GoldenContext const golden(measured, predicted);
  DeRequest request;
  request.method = DeMethod::wilcoxon;
  request.cpm = true;
  request.fold_change = FoldChangeMean::arithmetic;
  request.min_control_cpm = 5;
  for (std::string const side : {"real", "pred"}) {
    auto const unmet =
        compare_table("cell-eval2-0.20.0/main.v2-full-counts.scanpy.de_" + side + ".csv.gz", golden,
                      side == "real" ? Side::measured : Side::predicted, request, "p_adj");
    CHECK(unmet.rows == 25 * 298);
    // only if equal ratios tie just where the peer's do: see log_per_million
    CHECK(unmet.fold_changes + unmet.pvalues + unmet.adjusted == 0);
  }
}
