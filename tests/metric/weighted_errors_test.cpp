#include "metric/weighted_errors.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "csv_table.hpp"
#include "metric/made_items.hpp"
#include "metric/made_supply.hpp"
#include "shared_data.hpp"

using namespace pertscale;

namespace {

using Values = std::vector<double>;

/// golden/shift by condition: genes in the file's order.
std::map<std::string, Values> table_of(std::filesystem::path const& path,
                                       std::string const& profile = "") {
  CsvTable const table(path);
  std::map<std::string, Values> out;
  std::size_t const first = profile.empty() ? 1 : 2;
  for (std::size_t r = 0; r < table.rows(); ++r) {
    if (!profile.empty() && table.text(r, "profile") != profile) continue;
    auto& values = out[table.text(r, "condition")];
    for (std::size_t c = first; c < table.columns(); ++c)
      values.push_back(std::stod(table.at(r, c)));
  }
  return out;
}

}  // namespace

TEST_CASE("weights and weighted errors by hand") {
  auto const weights = de_weights(Values{-5, 1, std::nan(""), 3}, 2);
  REQUIRE(weights.size() == 4);
  CHECK(weights[0] == 1);
  CHECK(weights[1] == Approx(0.04));
  CHECK(weights[2] == 0);
  CHECK(weights[3] == Approx(0.36));
  CHECK(de_weights(Values{2, -2}, 2) == Values{0, 0});

  Values const observed{1, 2, 3}, predicted{2, 2, 5}, w{1, 3, 0.5};
  CHECK(weighted_mse(observed, predicted, w).value == Approx((1 + 0 + 0.5 * 4) / 4.5));
  double const mean = (1 + 6 + 1.5) / 4.5;
  double const total =
      (1 - mean) * (1 - mean) + 3 * (2 - mean) * (2 - mean) + 0.5 * (3 - mean) * (3 - mean);
  CHECK(weighted_r2(observed, predicted, w).value == Approx(1 - 3 / total));
  CHECK(weighted_r2(Values{2, 2, 2}, predicted, w).status == Status("constant"));
  CHECK(weighted_mse(observed, predicted, Values{0, 0, 0}).status == Status("constant"));
  CHECK(effective_genes(Values{2, 2, 0}) == Approx(2));
}

TEST_CASE("weighted metrics without tests say so") {
  MadeItem const item{{"a", "b"}, {0, 0}, {1, 2}, {1, 1}};
  CHECK(item.score("wmse").status == Status("needs_cells"));
  CHECK(item.score("pearson-delta genes=degs:0.05").status == Status("needs_cells"));
  auto const needs = made_metric("pearson-delta genes=degs:0.05").object->needs();
  CHECK(needs.de == made_metric("wmse").object->needs().de);
  CHECK(made_metric("pearson-delta").object->needs().de.empty());
}

TEST_CASE("CellSimBench's figures from its own profiles, weights and p-values") {
  auto const folder = shared_file("golden/shift");
  if (!folder) return;
  std::map<std::string, std::string> const metrics{
      {"mse", "mse"},
      {"wmse", "wmse"},
      {"pearson_deltactrl", "pearson-delta"},
      {"pearson_deltapert", "pearson-delta reference=perturbed-mean"},
      {"pearson_deltactrl_degs", "pearson-delta genes=degs:0.05"},
      {"pearson_deltapert_degs", "pearson-delta genes=degs:0.05 reference=perturbed-mean"},
      {"r2_deltactrl", "r2-delta"},
      {"r2_deltapert", "r2-delta reference=perturbed-mean"},
      {"r2_deltactrl_degs", "r2-delta genes=degs:0.05"},
      {"r2_deltapert_degs", "r2-delta genes=degs:0.05 reference=perturbed-mean"},
      {"weighted_r2_deltactrl", "weighted-r2-delta"},
      {"weighted_r2_deltapert", "weighted-r2-delta reference=perturbed-mean"}};
  auto const path = *folder / "profiles.csv.gz";
  std::map<std::string, std::map<std::string, Values>> profile;
  for (auto const* name : {"first_half", "tech_dup", "interp_dup", "control", "mean", "made"})
    profile[name] = table_of(path, name);
  auto const weights = table_of(*folder / "weights.csv.gz");
  auto const padj = table_of(*folder / "padj_first_half.csv.gz");
  CsvTable const expected(*folder / "metrics.csv.gz");
  std::size_t checked = 0;
  for (std::size_t r = 0; r < expected.rows(); ++r) {
    auto const found = metrics.find(expected.text(r, "metric"));
    if (found == metrics.end()) continue;  // nir: with the panel metrics
    auto const& condition = expected.text(r, "condition");
    auto const& predictor = expected.text(r, "predictor");
    INFO(predictor << ", " << found->first << ", " << condition);
    MadeSupply supply;
    MadeSupply::Tests tests;
    for (double const w : weights.at(condition)) tests.score.push_back(std::sqrt(w));
    tests.padj = padj.at(condition);
    tests.pvalue = tests.log2fc = tests.padj;
    supply.any_tests[{Side::measured, 0}] = tests;
    std::vector<std::string> names(tests.padj.size());
    for (std::size_t g = 0; g < names.size(); ++g) names[g] = "g" + std::to_string(g);
    GeneTable const genes(names);
    Condition const parsed = parse_condition(condition, {});
    ScoreContext context{&genes, ValueKind::expression, profile["control"].at(condition),
                         profile["mean"].at(condition)};
    context.supply = &supply;
    auto const score = made_metric(found->second)
                           .object
                           ->score(context, {{&parsed, profile["first_half"].at(condition),
                                              profile[predictor].at(condition)}})
                           .at(0);
    double const value = expected.number(r, "value");
    if (std::isnan(value)) {
      CHECK_FALSE(score.status.ok());
      continue;
    }
    if (!score.status.ok()) {
      // the program correlates what is left of equal profiles, or two genes
      CHECK((score.status == Status("constant") || score.status == Status("too_few_genes")));
      continue;
    }
    CHECK(score.value == Approx(value).epsilon(1e-9).margin(1e-9));
    ++checked;
  }
  CHECK(checked > 1350);  // of 1362 figures that are numbers
}
