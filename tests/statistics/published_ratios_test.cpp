// Means, ratios and bootstrap of the source rows of Ahlmann-Eltze et al. 2025 (Figs. 1a, 2a, 2c).
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <tuple>

#include "csv_table.hpp"
#include "shared_data.hpp"
#include "statistics/paired_tests.hpp"

using namespace pertscale;

namespace {

struct SourceRow {
  double l2 = 0, delta = 0;
};
/// seed/perturbation -> values, in the order of names.
using Rows = std::map<std::string, SourceRow>;
/// panel, dataset, method -> held-out rows.
using Panels = std::map<std::tuple<std::string, std::string, std::string>, Rows>;

double number(std::string const& field) {
  return field.empty() || field == "NA" ? std::nan("") : std::stod(field);
}

Panels read_panels(std::filesystem::path const& path) {
  CsvTable const table(path);
  Panels out;
  for (std::size_t r = 0; r < table.rows(); ++r) {
    if (table.text(r, "train") == "train") continue;
    auto& rows =
        out[{table.text(r, "panel"), table.text(r, "dataset_name"), table.text(r, "method")}];
    rows[table.text(r, "seed") + "/" + table.text(r, "perturbation")] = {
        number(table.text(r, "l2")), number(table.text(r, "r2_delta"))};
  }
  return out;
}

Summary summary_of(Rows const& rows, double SourceRow::*value) {
  std::vector<SummaryValue> values;
  for (auto const& [name, row] : rows)
    if (row.*value == row.*value) values.push_back({values.size(), row.*value});
  return summarise(values, 0, Bootstrap(values.size(), 1, "none"));
}

PairedComparison against_mean(Panels const& panels, std::string const& dataset,
                              std::string const& method) {
  auto const& own = panels.at({"Fig2c", dataset, method});
  auto const& mean = panels.at({"Fig2c", dataset, "mean"});
  std::vector<PairedRow> rows;
  for (auto const& [name, row] : own) rows.push_back({rows.size(), row.l2, mean.at(name).l2});
  return compare_paired(rows, rows.size(), Bootstrap(rows.size(), 10000, dataset));
}

}  // namespace

TEST_CASE("held-out doubles of Norman: published means and medians") {
  auto const path = shared_file("published/nature-methods-2025-perturbations.csv");
  if (!path) return;
  auto const panels = read_panels(*path);
  // method, L2 mean, L2 median, Pearson delta; table 5.1
  struct Line {
    char const* method;
    double mean, median, delta;
  };
  for (auto const& line : std::vector<Line>{{"additive_model", 2.766, 2.419, 0.892},
                                            {"geneformer", 3.478, 3.194, 0.773},
                                            {"gears", 4.096, 3.783, 0.631},
                                            {"scbert", 4.279, 4.069, 0.610},
                                            {"uce", 4.279, 4.070, 0.610},
                                            {"scgpt", 4.616, 4.418, 0.527},
                                            {"scfoundation", 4.722, 4.591, 0.537},
                                            {"no_change", 5.616, 5.635, std::nan("")},
                                            {"cpa", 12.205, 12.348, 0.146}}) {
    auto const& rows = panels.at({"Fig1a", "norman_from_scfoundation", line.method});
    auto const l2 = summary_of(rows, &SourceRow::l2), delta = summary_of(rows, &SourceRow::delta);
    INFO(line.method);
    CHECK(l2.n == 310);
    CHECK(l2.mean == Approx(line.mean).margin(5.1e-4));
    CHECK(l2.median == Approx(line.median).margin(5.1e-4));
    if (line.delta == line.delta)
      CHECK(delta.mean == Approx(line.delta).margin(5.1e-4));
    else
      CHECK(delta.n == 0);
  }
}

TEST_CASE("unseen singles: published means") {
  auto const path = shared_file("published/nature-methods-2025-perturbations.csv");
  if (!path) return;
  auto const panels = read_panels(*path);
  struct Line {
    char const* method;
    double k562, k562_delta, rpe1, rpe1_delta, adamson, adamson_delta;
  };
  auto const check = [&](char const* dataset, char const* method, double mean, double delta) {
    auto const& rows = panels.at({"Fig2a", dataset, method});
    INFO(dataset << " " << method);
    CHECK(summary_of(rows, &SourceRow::l2).mean == Approx(mean).margin(5.1e-4));
    CHECK(summary_of(rows, &SourceRow::delta).mean == Approx(delta).margin(5.1e-4));
  };
  for (auto const& line :
       std::vector<Line>{{"mean", 4.193, .408, 5.534, .678, 3.936, .724},
                         {"lpm_selftrained", 4.097, .436, 5.390, .680, 4.081, .717},
                         {"gears", 4.079, .388, 6.113, .636, 3.867, .726},
                         {"scgpt", 4.437, .316, 5.991, .588, 4.951, .595},
                         {"uce", 4.200, .409, 5.507, .680, 3.936, .724},
                         {"scbert", 4.192, .408, 5.528, .678, 3.878, .728},
                         {"geneformer", 4.236, .404, 5.494, .678, 3.908, .726}}) {
    check("replogle_k562_essential", line.method, line.k562, line.k562_delta);
    check("replogle_rpe1_essential", line.method, line.rpe1, line.rpe1_delta);
    check("adamson", line.method, line.adamson, line.adamson_delta);
  }
}

TEST_CASE("ratios to the mean baseline: published means") {
  auto const path = shared_file("published/nature-methods-2025-perturbations.csv");
  if (!path) return;
  auto const panels = read_panels(*path);
  struct Line {
    char const *dataset, *method;
    double ratio;
  };
  for (auto const& line :
       std::vector<Line>{{"replogle_k562_essential", "lpm_rpe1PertEmb", .886},
                         {"replogle_rpe1_essential", "lpm_k562PertEmb", .894},
                         {"adamson", "lpm_k562PertEmb", .858},
                         {"replogle_k562_essential", "lpm_scFoundationGeneEmb", .946},
                         {"replogle_rpe1_essential", "lpm_scFoundationGeneEmb", .953},
                         {"adamson", "lpm_scFoundationGeneEmb", .961},
                         {"replogle_k562_essential", "lpm_scgptGeneEmb", .974},
                         {"replogle_rpe1_essential", "lpm_selftrained", .958},
                         {"adamson", "lpm_randomPertEmb", 1.106},
                         {"replogle_k562_essential", "lpm_gearsPertEmb", 1.003},
                         {"replogle_k562_essential", "gears", 1.001},
                         {"replogle_rpe1_essential", "gears", 1.096},
                         {"adamson", "scgpt", 1.286},
                         {"replogle_k562_essential", "geneformer", 1.009},
                         {"replogle_rpe1_essential", "geneformer", .981}}) {
    INFO(line.dataset << " " << line.method);
    CHECK(against_mean(panels, line.dataset, line.method).ratio ==
          Approx(line.ratio).margin(5.1e-4));
  }
}

TEST_CASE("ratios to the mean baseline and their intervals, every method") {
  auto const path = shared_file("published/nature-methods-2025-perturbations.csv");
  auto const values = shared_file("published/nature-methods-2025.csv");
  if (!path || !values) return;
  auto const panels = read_panels(*path);
  CsvTable const table(*values);
  // dataset/method -> ratio, low, high
  std::map<std::pair<std::string, std::string>, std::map<std::string, double>> published;
  for (std::size_t r = 0; r < table.rows(); ++r)
    if (table.text(r, "metric").rfind("L2_ratio", 0) == 0)
      published[{table.text(r, "dataset"), table.text(r, "model")}][table.text(r, "metric")] =
          table.number(r, "value");

  CHECK(published.size() == 48);
  for (auto const& [name, line] : published) {
    INFO(name.first << " " << name.second);
    auto const found = against_mean(panels, name.first, name.second);
    double const low = line.at("L2_ratio_ci95_low"), high = line.at("L2_ratio_ci95_high");
    CHECK(found.units == (name.first == "adamson"                   ? 20
                          : name.first == "replogle_k562_essential" ? 214
                                                                    : 224));
    CHECK(found.ratio == Approx(line.at("L2_ratio_to_mean_baseline")).epsilon(1e-8));
    // two bootstraps of 10,000: each percentile differs by about 0.01 of the width
    CHECK(found.ratio_low == Approx(low).margin(0.05 * (high - low) + 1e-12));
    CHECK(found.ratio_high == Approx(high).margin(0.05 * (high - low) + 1e-12));
  }
}
