#include "metric/cell_eval_score.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "csv_table.hpp"
#include "metric/cell_eval_names.hpp"
#include "shared_data.hpp"

using namespace pertscale;

namespace {

std::string const folder = "golden/cell-eval/";

/// The row `mean` of a table with a column a metric.
std::vector<AggregateValue> means(std::string const& path) {
  std::ifstream in(*shared_file(path));
  std::string header;
  std::getline(in, header);
  CsvTable const table(*shared_file(path));
  std::vector<AggregateValue> out;
  for (auto const& column : split(header, ','))
    for (std::size_t r = 0; r < table.rows(); ++r)
      if (column != "statistic" && table.text(r, "statistic") == "mean")
        out.push_back({column, table.number(r, column)});
  return out;
}

std::vector<AggregateValue> means_of_cell_eval2(std::string const& prediction) {
  CsvTable const table(*shared_file(folder + "cell-eval2-0.20.0/agg_results.csv.gz"));
  std::vector<AggregateValue> out;
  for (std::size_t r = 0; r < table.rows(); ++r)
    if (table.text(r, "prediction") == prediction && table.text(r, "engine") == "scanpy" &&
        table.text(r, "profile") == "vcc2026-whole-screen" && table.text(r, "statistic") == "mean")
      out.push_back({table.text(r, "metric"), table.number(r, "value")});
  return out;
}

double of(std::vector<ScaledValue> const& values, std::string const& column) {
  for (auto const& value : values)
    if (value.column == column) {
      REQUIRE(value.score.status.ok());
      return value.score.value;
    }
  FAIL(column << " is not scored");
  return 0;
}

bool absent() { return !shared_file(folder + "real.h5ad"); }

}  // namespace

TEST_CASE("scores of cell-eval 0.8.2 by hand") {
  std::vector<AggregateValue> const user{{"overlap_at_N", 0.6},
                                         {"mae", 0.1},
                                         {"de_nsig_counts_real", 9},
                                         {"pr_auc", std::nan("")},
                                         {"mse", 3}};
  std::vector<AggregateValue> const base{
      {"overlap_at_N", 0.2}, {"mae", 0.4}, {"de_nsig_counts_real", 9}, {"pr_auc", 0.5}, {"mse", 2}};

  auto const scores = score_from_baseline(user, base);

  REQUIRE(scores.size() == 5);
  CHECK(scores[0].column == "mae");  // errors come first
  CHECK(of(scores, "mae") == 0.75);
  CHECK(of(scores, "mse") == 0);  // worse than the baseline: cut at 0
  CHECK(of(scores, "overlap_at_N") == Approx(0.5));
  CHECK(of(scores, "pr_auc") == 0);
  CHECK(scores.back().column == "avg_score");
  CHECK(of(scores, "avg_score") == Approx(1.25 / 4));
}

TEST_CASE("score tables of cell-eval 0.8.2, the Virtual Cell Challenge 2025's among them") {
  if (absent()) return;
  for (std::string const part : {"", ".vcc"})
    for (std::string const name : {"main-f64", "main-f32", "baseline", "control-copy",
                                   "perturbed-mean", "constant", "constant-all"}) {
      std::string const path = folder + "cell-eval-0.8.2/";
      auto const scores = score_from_baseline(means(path + name + part + ".agg_results.csv"),
                                              means(path + "baseline" + part + ".agg_results.csv"));
      CsvTable const table(*shared_file(path + name + part + ".score.csv"));
      REQUIRE(table.rows() == scores.size());
      for (std::size_t r = 0; r < table.rows(); ++r) {
        INFO(name << part << " " << table.text(r, "metric"));
        CHECK(scores[r].column == table.text(r, "metric"));
        CHECK(scores[r].score.value ==
              Approx(table.number(r, "from_baseline")).epsilon(1e-12).margin(1e-15));
      }
    }
}

TEST_CASE("ceilings of cell-eval 0.8.2 from the means of halves") {
  CHECK(*ceiling_of_halves("pearson_delta", 0.5) == Approx(2.0 / 3));
  CHECK_FALSE(ceiling_of_halves("pearson_delta", -0.5));
  CHECK_FALSE(ceiling_of_halves("mse", 0.5));
  if (absent()) return;
  CsvTable const results(*shared_file(folder + "cell-eval-0.8.2/ceiling.results.csv"));
  CsvTable const expected(*shared_file(folder + "cell-eval-0.8.2/ceiling.agg_results.csv"));
  for (auto const& column : cell_eval_columns()) {
    if (column.program != CellEval::v1) continue;
    INFO(column.column);
    double sum = 0, n = 0;
    for (std::size_t r = 0; r < results.rows(); ++r)
      if (!results.text(r, column.column).empty()) {  // a null is left out, NaN is not
        sum += results.number(r, column.column);
        n += 1;
      }
    auto const ceiling = ceiling_of_halves(column.column, sum / n);
    double const figure = expected.number(0, column.column);
    CHECK(ceiling.has_value() == !std::isnan(figure));
    if (ceiling) CHECK(*ceiling == Approx(figure).epsilon(1e-12));
  }
}

TEST_CASE("both sides of a score need the same columns, each once") {
  CHECK_THROWS_WITH(score_from_baseline({{"mae", 1}}, {{"mse", 1}}),
                    Catch::Contains("no column 'mae'"));
  CHECK_THROWS_WITH(score_from_baseline({{"mae", 1}}, {{"mae", 1}, {"mse", 1}}),
                    Catch::Contains("different columns"));
  CHECK_THROWS_WITH(score_from_baseline({{"mae", 1}}, {{"mae", 1}, {"mae", 1}}),
                    Catch::Contains("twice"));
}

TEST_CASE("cell-eval2's penalty, floors and caps by hand") {
  auto const error = *score_policy("expr_mae");
  CHECK(scaled_score(0.5, 2, error).value == 0.75);
  CHECK(scaled_score(4, 2, error).value == -1.5);  // r = 2: -(4 - 1) / 2
  CHECK(scaled_score(200, 2, error).value == -6);
  CHECK(scaled_score(std::nan(""), 2, error).value == -6);
  CHECK(scaled_score(1, 0, error).status.word() == "no_scale");

  auto const linear = *score_policy("de_wilcoxon_lfc_nmae");
  CHECK(scaled_score(4, 2, linear).value == -1);
  auto const ratio = *score_policy("expr_mse_unbiased_capped_norm");
  CHECK(scaled_score(4, 2, ratio).value == 0);
  CHECK(scaled_score(-1, 2, ratio).value == 1);
  auto const bounded = *score_policy("pds_l1");
  CHECK(scaled_score(0.2, 0.5, bounded).value == 0);
  CHECK(scaled_score(0.75, 0.5, bounded).value == 0.5);
  auto const open = *score_policy("pds_cosine");
  CHECK(scaled_score(0.2, 0.5, open).value == Approx(-0.6));
  CHECK(scaled_score(std::nan(""), 0.5, open).value == -1);  // as the value 0
  auto const coverage = *score_policy("de_wilcoxon_direction_coverage");
  CHECK(scaled_score(3, 0.5, coverage).value == 2);
  auto const yield = *score_policy("de_wilcoxon_direction_yield");
  CHECK(scaled_score(0, -0.5, yield).value == 1);
  CHECK(scaled_score(0, -0.5, coverage).status.word() == "no_scale");
  CHECK_FALSE(score_policy("expr_mse_unbiased"));
  CHECK_FALSE(score_policy("de_wilcoxon_nsig_counts_real"));
}

TEST_CASE("policies agree with cell-eval2's catalogue") {
  if (absent()) return;
  CsvTable const catalog(*shared_file(folder + "cell-eval2-0.20.0/catalog.csv"));
  auto const same = [](std::optional<double> ours, double theirs) {
    return ours ? *ours == theirs : std::isnan(theirs);
  };
  for (std::size_t r = 0; r < catalog.rows(); ++r) {
    INFO(catalog.text(r, "metric"));
    auto const policy = score_policy(catalog.text(r, "metric"));
    CHECK(policy.has_value() == (catalog.text(r, "scored") == "True"));
    if (!policy) continue;
    CHECK(policy->lower_is_better == (catalog.text(r, "direction") == "lower"));
    CHECK(same(policy->anchor, catalog.number(r, "anchor")));
    CHECK(same(policy->cap, catalog.number(r, "clamp_high")));
    bool const implied = policy->square_penalty && catalog.text(r, "clamp_low").empty();
    CHECK((implied ? policy->floor == -6.0 : same(policy->floor, catalog.number(r, "clamp_low"))));
  }
}

TEST_CASE("score table of cell-eval2, the Virtual Cell Challenge 2026's scale") {
  if (absent()) return;
  std::string const path = folder + "cell-eval2-0.20.0/";
  auto const baseline = means(path + "bundle.baseline_agg.csv");
  CsvTable const anchor(*shared_file(path + "bundle.anchor_agg.csv"));
  std::vector<AggregateValue> replicate;
  for (std::size_t r = 0; r < anchor.rows(); ++r)
    replicate.push_back({anchor.text(r, "metric"), anchor.number(r, "replicate")});
  CsvTable const table(*shared_file(path + "scores.csv"));
  REQUIRE(table.rows() > 80);
  for (std::size_t r = 0; r < table.rows(); ++r) {
    std::string const prediction = table.text(r, "prediction"), metric = table.text(r, "metric");
    INFO(prediction << " " << table.text(r, "against") << " " << metric);
    auto const user = means_of_cell_eval2(prediction);
    auto const expected = [&](char const* column) {
      return Approx(table.number(r, column)).epsilon(1e-12).margin(1e-14);
    };
    CHECK(of(score_from_baseline2(user, baseline), metric) == expected("from_baseline"));
    if (table.text(r, "against") == "bundle")
      CHECK(of(score_from_replicate(user, baseline, replicate), metric) ==
            expected("from_replicate"));
  }
}
