// PerturBench's metrics, from the cells and predictions that its own programs were given.
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>

#include "metric/perturbench_golden.hpp"

using namespace pertscale;
using namespace pertscale::perturbench_golden;

namespace {

/// Conditions whose figure hangs on the order of equals, which is that program's own: values at the
/// border of the k largest that are equal (to single precision, as it keeps scores).
using Undecided = std::map<std::string, std::set<std::string>>;

bool equal_at_border(Values values, std::size_t k) {
  for (auto& value : values) value = std::fabs(value);
  if (values.size() <= k) return false;
  std::sort(values.begin(), values.end(), std::greater<>());
  return values[k - 1] - values[k] <= 1e-6 * values[k - 1];
}

/// By the values of both sides, or of the measured one alone.
Undecided undecided(Golden const& golden, std::string const& kind, std::size_t k, bool both) {
  Undecided out;
  golden.for_each_line(
      [&](std::string const& model, std::string const& line, LineTrial const& trial) {
        auto const vectors = trial.vectors(kind);
        for (std::size_t i = 0; i < vectors.size(); ++i)
          if (equal_at_border(vectors[i][0], k) || (both && equal_at_border(vectors[i][1], k)))
            out[model].insert(line + "_" + trial.panel.names[i]);
      });
  return out;
}

struct Checked {
  std::size_t numbers = 0, constants = 0, undecided = 0;
};

/// Every figure of one aggregation and metric.
Checked check_figures(CsvTable const& expected, std::string const& aggregation,
                      std::string const& metric, AllScores const& scores, double tolerance,
                      Undecided const& skipped = {}) {
  Checked checked;
  for (std::size_t r = 0; r < expected.rows(); ++r) {
    if (expected.text(r, "aggregation") != aggregation || expected.text(r, "metric") != metric)
      continue;
    auto const& model = expected.text(r, "model");
    auto const& condition = expected.text(r, "cov_pert");
    if (skipped.contains(model) && skipped.at(model).contains(condition)) {
      ++checked.undecided;
      continue;
    }
    auto const& score = scores.at(model).at(condition);
    double const value = expected.number(r, "value");
    INFO(aggregation << " " << metric << " " << model << " " << condition << ": "
                     << score.status.word());
    // scikit-learn says 0 of a constant, and 1 where both sides are the same one
    bool const constant = metric == "r2_score" && score.status == Status("constant");
    if (std::isnan(value) || constant) {
      ++checked.constants;
      CHECK(score.status == Status("constant"));
      if (constant) CHECK((value == 0 || value == 1));
      continue;
    }
    CHECK(score.status.ok());
    CHECK(score.value == Approx(value).epsilon(tolerance).margin(tolerance));
    ++checked.numbers;
  }
  return checked;
}

/// That program's name -> ours.
std::map<std::string, std::string> const measures{
    {"cosine", "cosine"},   {"mae", "mae"},   {"mse", "mse"},
    {"pearson", "pearson"}, {"rmse", "rmse"}, {"r2_score", "r2 spread=predicted"}};
std::map<std::string, std::string> const some_measures{
    {"cosine", "cosine"}, {"pearson", "pearson"}, {"rmse", "rmse"}};

struct Aggregation {
  std::string name, ours;
  double tolerance;
};

/// All 69 figures of each measure; at least so many of them are numbers.
void check_measures(Golden const& files, CsvTable const& expected, Aggregation const& of,
                    std::map<std::string, std::string> const& names, std::size_t numbers) {
  for (auto const& [metric, name] : names) {
    auto const checked = check_figures(expected, of.name, metric,
                                       files.scores(name + " values=" + of.ours), of.tolerance);
    INFO(of.name << " " << metric);
    CHECK(checked.numbers + checked.constants == 69);
    CHECK(checked.numbers >= numbers);
  }
}

/// Golden scores of a recall are over k; ours over the values there are, where they are fewer.
AllScores times(AllScores scores, double factor) {
  for (auto& [model, of_model] : scores)
    for (auto& [condition, score] : of_model) score.value *= factor;
  return scores;
}

}  // namespace

TEST_CASE("PerturBench's metrics of December 2025") {
  auto const files = golden();
  if (!files) return;
  CsvTable const expected(*files / "metrics_2025.csv");
  for (Aggregation const& of :
       {Aggregation{"average", "average", 1e-10}, Aggregation{"logfc", "logfc-own", 1e-10},
        Aggregation{"scaled", "scaled", 1e-10}, Aggregation{"var", "var", 1e-10},
        Aggregation{"scores", "scores-own", 1e-5}, Aggregation{"logp", "logp-own", 1e-4},
        Aggregation{"pvals", "pvalues-own", 1e-10},
        Aggregation{"pca_average", "components:10", 1e-6}})
    check_measures(*files, expected, of, measures, 46);
}

TEST_CASE("PerturBench's tests with the control's variance") {
  auto const files = golden();
  if (!files) return;
  CsvTable const expected(*files / "metrics_2025.csv");
  for (Aggregation const& of :
       {Aggregation{"scores_control_variance", "scores-control-variance-own", 1e-5},
        Aggregation{"logp_control_variance", "logp-control-variance-own", 1e-4}})
    check_measures(*files, expected, of, some_measures, 48);
}

TEST_CASE("PerturBench's recall of the 50 largest, where no tie decides") {
  auto const files = golden();
  if (!files) return;
  CsvTable const expected(*files / "metrics_2025.csv");
  // not logp: nearly all adjusted p are 1, and every figure hangs on their order
  std::map<std::string, std::pair<std::string, std::size_t>> const aggregations{
      {"average", {"average", 33}},
      {"logfc", {"logfc-own", 33}},
      {"scaled", {"scaled", 50}},
      {"var", {"var", 22}},
      {"scores", {"scores-own", 25}},
      {"pvals", {"pvalues-own", 33}},
      {"scores_control_variance", {"scores-control-variance-own", 23}}};
  for (auto const& [aggregation, ours] : aggregations) {
    auto const checked = check_figures(expected, aggregation, "top_k_recall",
                                       files->scores("top-k-recall values=" + ours.first), 1e-10,
                                       undecided(*files, ours.first, 50, true));
    INFO(aggregation << ": " << checked.numbers << " " << checked.undecided);
    CHECK(checked.numbers >= ours.second);
    CHECK(checked.numbers + checked.undecided == 69);
  }
  // ten components, and a recall of 50: 0.2 there at best
  auto const components = files->scores("top-k-recall values=components:10");
  CHECK(check_figures(expected, "pca_average", "top_k_recall", times(components, 0.2), 1e-10)
            .numbers == 69);
}

TEST_CASE("PerturBench on the 20 genes of largest scores, as meant and as its program takes them") {
  auto const files = golden();
  if (!files) return;
  CsvTable const expected(*files / "metrics_2025.csv");
  auto const ties = undecided(*files, "scores-own", 20, false);
  // its program's places are those of the alphabetical order, on vectors in file order
  auto const wrong = [&](std::string const& metric) {
    auto const order = files->alphabetical();
    return files->scores(metric, [&](LineTrial& trial) {
      for (auto& [key, tests] : trial.supply.any_tests) {
        auto const scores = tests.score;
        for (std::size_t g = 0; g < order.size(); ++g) tests.score[g] = scores[order[g]];
      }
    });
  };
  for (std::string const aggregation : {"average", "logfc"})
    for (auto const& [metric, name] : some_measures) {
      std::string const ours = name + " genes=top-scores:20 values=" + aggregation +
                               (aggregation == "logfc" ? "-own" : "");
      auto const meant = check_figures(expected, aggregation + "_top20_genes_sorted", metric,
                                       files->scores(ours), 1e-10, ties);
      auto const program =
          check_figures(expected, aggregation + "_top20", metric, wrong(ours), 1e-10, ties);
      CHECK(meant.numbers >= 60);
      CHECK(meant.numbers + meant.constants + meant.undecided == 69);
      CHECK(program.numbers >= 60);
      CHECK(program.numbers + program.constants + program.undecided == 69);
    }
}

TEST_CASE("PerturBench's mmd in components") {
  auto const files = golden();
  if (!files) return;
  CsvTable const expected(*files / "metrics_2025.csv");
  CHECK(check_figures(expected, "pca", "mmd",
                      files->scores("e-distance form=perturbench space=components:10"), 1e-3)
            .numbers == 69);
}

TEST_CASE("PerturBench's metrics of August 2024") {
  auto const files = golden();
  if (!files) return;
  CsvTable const expected(*files / "metrics_2024.csv");
  for (Aggregation const& of :
       {Aggregation{"average", "average", 1e-5}, Aggregation{"logfc", "logfc-own", 1e-10},
        Aggregation{"var", "var", 1e-10}, Aggregation{"logp", "logp-2024", 1e-4}})
    check_measures(*files, expected, of, measures, 46);
}

TEST_CASE("PerturBench's scaled cells of 2024: all lines are one context") {
  auto const files = golden();
  if (!files) return;
  CsvTable const expected(*files / "metrics_2024.csv");
  for (auto const& [metric, name] : measures)
    CHECK(check_figures(expected, "scaled", metric, files->joined_scores(name + " values=scaled"),
                        1e-5)
              .numbers == 69);
}

TEST_CASE("PerturBench's ranks: the worst of ties against, their middle by half") {
  auto const files = golden();
  if (!files) return;
  for (std::string const year : {"2024", "2025"}) {
    CsvTable const expected(*files / ("ranks_" + year + ".csv"));
    std::string const by = year == "2024" ? " denominator=p" : "";
    std::size_t checked = 0;
    for (std::string const direction : {"rank", "rank_transpose"})
      for (std::string const aggregation : {"average", "logfc"})
        for (std::string const metric : {"rmse", "cosine"}) {
          std::string const name = "rank" + by + " distance=" + metric +
                                   (direction == "rank" ? "" : " transpose=yes") +
                                   (aggregation == "average" ? "" : " values=logfc-own");
          auto const against = files->scores(name), half = files->scores(name + " ties=half");
          for (std::size_t r = 0; r < expected.rows(); ++r) {
            if (expected.text(r, "aggregation") != aggregation ||
                expected.text(r, "metric") != metric || expected.text(r, "direction") != direction)
              continue;
            auto const& model = expected.text(r, "model");
            auto const& condition = expected.text(r, "cov_pert");
            INFO(year << " " << name << " " << model << " " << condition);
            double const low = expected.number(r, "rank_min"),
                         high = expected.number(r, "rank_max");
            CHECK(against.at(model).at(condition).value == Approx(high).margin(1e-10));
            double const middle = half.at(model).at(condition).value;
            CHECK(middle == Approx((low + high) / 2).margin(1e-10));
            // a rank among equals drawn at random: sd of a place from 0 to high - low
            double const drawn = 4 * (high - low) / std::sqrt(200);
            CHECK(std::fabs(expected.number(r, "rank_mean_200_seeds") - middle) <= drawn + 1e-10);
            ++checked;
          }
        }
    CHECK(checked >= 69 * 3);
  }
}
