#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "metric/change_agreement.hpp"
#include "metric/pereggrn_golden.hpp"
#include "shared_data.hpp"

using namespace pertscale;
using pereggrn_golden::GoldenRun;
using Values = pereggrn_golden::Values;

namespace {

/// Column of that program -> our metric.
std::map<std::string, std::string> const metrics{
    {"spearman", "spearman-delta"},
    {"pearson", "pearson-delta"},
    {"mae", "mae"},
    {"mse", "squared-error"},
    {"mse_top_20", "squared-error top=20"},
    {"mse_top_100", "squared-error top=100"},
    {"mse_top_200", "squared-error top=200"},
    {"overlap_top_20", "overlap-top"},
    {"overlap_top_100", "overlap-top top=100"},
    {"overlap_top_200", "overlap-top top=200"},
    {"pearson_top_20", "pearson-top"},
    {"pearson_top_100", "pearson-top top=100"},
    {"pearson_top_200", "pearson-top top=200"},
    {"proportion_correct_direction", "direction"},
    {"pvalue_effect_direction", "direction-pvalue"},
    {"pvalue_targets_vs_non_targets", "target-pvalue"},
    {"fc_targets_vs_non_targets", "target-fold-change"},
};

/// Scores changes: our metrics take absolute profiles and one control, so the control is 0.
Score of_changes(std::string const& metric, Values const& observed, Values const& predicted) {
  MadeItem item;
  for (std::size_t g = 0; g < observed.size(); ++g) item.genes.push_back("g" + std::to_string(g));
  item.control.assign(observed.size(), 0);
  item.observed = observed;
  item.predicted = predicted;
  return item.score(metric);
}

Values minus(Values const& a, Values const& b) {
  Values out(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) out[i] = a[i] - b[i];
  return out;
}

/// 1e-9; p-values 1e-8 relative.
void check_figure(std::string const& column, Score const& score, double expected) {
  INFO(column << ": " << score.value << " " << score.status.word() << ", expected " << expected);
  if (std::isnan(expected)) {
    CHECK_FALSE(score.status.ok());
    return;
  }
  REQUIRE(score.status.ok());
  bool const p = column.starts_with("pvalue");
  CHECK(std::fabs(score.value - expected) <=
        (p ? 1e-8 * expected : 1e-9 * (1 + std::fabs(expected))));
}

}  // namespace

TEST_CASE("PEREGGRN's metrics by hand") {
  Values const observed{3, -2, 1, 0.004, -0.5}, predicted{2, -2, -1, 0.5, 0.001};

  CHECK(of_changes("squared-error", observed, predicted).value ==
        Approx(1 + 0 + 4 + 0.496 * 0.496 + 0.501 * 0.501));
  CHECK(of_changes("squared-error top=2", observed, predicted).value == Approx(1));
  CHECK(of_changes("overlap-top top=2", observed, predicted).value == 1);
  CHECK(of_changes("overlap-top top=4", observed, predicted).value == 0.75);
  // predicted up: 3 and 0.004; down: -2 and 1; none: -0.5
  CHECK(of_changes("target-fold-change", observed, predicted).value == Approx(1.502 + 0.5));
  CHECK(rounded_sign(0.005) == 0);  // half to even
  CHECK(rounded_sign(-0.0151) == -1);
  CHECK(top_by_size(Values{1, -1, 2}, 2) == std::vector<std::size_t>{2});  // tied at 2.5
  CHECK(of_changes("target-pvalue", observed, Values{1, 2, 3, 4, 5}).status == Status("one_class"));
}

TEST_CASE("PEREGGRN's metrics on its edge cases") {
  auto const path = shared_file("golden/pereggrn/edge_cases.json");
  if (!path) return;
  auto const cases = nlohmann::json::parse(read_text(*path));
  REQUIRE(cases.size() == 10);
  for (auto const& one : cases) {
    INFO(one["name"].get<std::string>());
    auto const observed =
        minus(one["observed"].get<Values>(), one["baseline_observed"].get<Values>());
    auto const predicted =
        minus(one["predicted"].get<Values>(), one["baseline_predicted"].get<Values>());
    for (auto const& [column, metric] : metrics) {
      if (one["name"] == "ties across rank 20" && column == "pvalue_targets_vs_non_targets") {
        // equal means: F is 0; scipy's is -2e-31 by rounding, and its p not a number
        CHECK(of_changes(metric, observed, predicted).value == Approx(1));
        continue;
      }
      auto const& expected = one["metrics"][column];
      check_figure(column, of_changes(metric, observed, predicted),
                   expected.is_null() ? std::nan("") : expected.get<double>());
    }
  }
}

TEST_CASE("PEREGGRN's figures of fifteen groups and five baselines") {
  auto const folder = shared_file("golden/pereggrn");
  auto const screen = shared_file("data/norman-mcfaline-cells.h5ad");
  if (!folder || !screen) return;
  GoldenRun const run(*folder, *screen);
  CsvTable const expected(*folder / "metrics_per_perturbation.csv");
  REQUIRE(expected.rows() == 45);
  for (std::size_t r = 0; r < expected.rows(); ++r) {
    auto const& baseline = expected.text(r, "baseline");
    auto const& line = expected.text(r, "cell_type");
    auto const& condition = expected.text(r, "perturbation");
    INFO(baseline << ", " << line << ", " << condition);
    std::string const own = baseline.starts_with("controls of ") ? line : "";
    bool const shifted = baseline.starts_with("predicted side");
    auto const observed = minus(run.observed(line, condition), run.control(own, false));
    auto const predicted = minus(run.predicted(line, condition), run.control(own, shifted));
    for (auto const& [column, metric] : metrics)
      check_figure(column, of_changes(metric, observed, predicted), expected.number(r, column));
  }
}
