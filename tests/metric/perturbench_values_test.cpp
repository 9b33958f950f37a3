// PerturBench's vectors, distances and summary, beside those that its own programs wrote.
#include <catch2/catch.hpp>

#include "metric/perturbench_golden.hpp"
#include "metric/plain_distance.hpp"

using namespace pertscale;
using namespace pertscale::perturbench_golden;

namespace {

/// Vectors of every model ("ref": measured) and condition with its line.
std::map<std::string, std::map<std::string, Values>> vectors_of(Golden const& golden,
                                                                std::string const& kind,
                                                                bool joined) {
  std::map<std::string, std::map<std::string, Values>> out;
  auto const take = [&](std::string const& model, std::string const& prefix,
                        LineTrial const& trial) {
    auto const vectors = trial.vectors(kind);
    for (std::size_t i = 0; i < vectors.size(); ++i) {
      out["ref"][prefix + trial.panel.names[i]] = vectors[i][0];
      out[model][prefix + trial.panel.names[i]] = vectors[i][1];
    }
  };
  if (joined)
    golden.for_each_model(
        [&](std::string const& model, LineTrial const& trial) { take(model, "", trial); });
  else
    golden.for_each_line([&](std::string const& model, std::string const& line,
                             LineTrial const& trial) { take(model, line + "_", trial); });
  return out;
}

struct Vectors {
  std::string name, ours;
  double tolerance;
  bool alphabetical = false, joined = false;
};

void check_vectors(Golden const& golden, std::string const& file, Vectors const& of) {
  CsvTable const expected(golden / file);
  auto const vectors = vectors_of(golden, of.ours, of.joined);
  auto const order = golden.alphabetical();
  std::size_t seen = 0;
  for (std::size_t r = 0; r < expected.rows(); ++r) {
    if (expected.text(r, "aggregation") != of.name) continue;
    auto const& ours = vectors.at(expected.text(r, "model")).at(expected.text(r, "cov_pert"));
    INFO(file << " " << of.name << " " << expected.text(r, "model") << " "
              << expected.text(r, "cov_pert"));
    double worst = 0;
    for (std::size_t g = 0; g < ours.size(); ++g) {
      double const value = expected.number(r, "v" + std::to_string(g));
      double const mine = ours[of.alphabetical ? order[g] : g];
      worst = std::max(worst, std::fabs(value - mine) / (1 + std::fabs(value)));
    }
    CHECK(worst <= of.tolerance);
    ++seen;
  }
  CHECK(seen == 12);
}

}  // namespace

TEST_CASE("PerturBench's vectors of groups of cells") {
  auto const files = golden();
  if (!files) return;
  for (Vectors const& of :
       {Vectors{"logfc", "logfc-own", 1e-10}, Vectors{"var", "var", 1e-10},
        Vectors{"scaled", "scaled", 1e-10}, Vectors{"scores", "scores-own", 1e-5, true},
        Vectors{"scores_control_variance", "scores-control-variance-own", 1e-5, true},
        Vectors{"logp", "logp-own", 1e-4, true}})
    check_vectors(*files, "aggregated_2025.csv.gz", of);
  for (Vectors const& of :
       {Vectors{"logfc", "logfc-own", 1e-10}, Vectors{"var", "var", 1e-10},
        Vectors{"scaled", "scaled", 1e-5, false, true}, Vectors{"logp", "logp-2024", 1e-4, true}})
    check_vectors(*files, "aggregated_2024.csv.gz", of);
}

TEST_CASE("PerturBench's distances of predictions from observations") {
  auto const files = golden();
  if (!files) return;
  for (auto const& [file, precise] : std::map<std::string, bool>{{"pairwise_2024.csv.gz", false},
                                                                 {"pairwise_2025.csv.gz", true}}) {
    CsvTable const expected(*files / file);
    std::map<std::string, std::map<std::string, std::map<std::string, Values>>> vectors;
    vectors["average"] = vectors_of(*files, "average", false);
    vectors["logfc"] = vectors_of(*files, "logfc-own", false);
    for (std::size_t r = 0; r < expected.rows(); ++r) {
      auto const& aggregation = expected.text(r, "aggregation");
      auto const& metric = expected.text(r, "metric");
      auto const& of = vectors.at(aggregation);
      std::string const line = expected.text(r, "covariate") + "_";
      PanelComparison panel;
      panel.distance = metric == "cosine" ? PanelDistance::cosine : PanelDistance::l2;
      panel.candidates = {of.at("ref").at(line + expected.text(r, "observed"))};
      for (std::size_t g = 0; g < panel.candidates[0].size(); ++g) panel.genes.push_back(g);
      PanelQuery const query{
          of.at(expected.text(r, "model")).at(line + expected.text(r, "predicted"))};
      double const distance = PlainDistance(panel, query).to(0);
      // its cosine is a similarity
      double const ours = metric == "cosine"
                              ? 1 - distance
                              : std::sqrt(distance / static_cast<double>(panel.genes.size()));
      INFO(file << " " << aggregation << " " << metric << " row " << r);
      double const tolerance = precise || aggregation == "logfc" ? 1e-10 : 1e-5;
      CHECK(std::fabs(ours - expected.number(r, "value")) <= tolerance);
    }
    CHECK(expected.rows() == 3 * 3 * 205);
  }
}

TEST_CASE("PerturBench's summary of 2024: means over all conditions of all lines") {
  auto const files = golden();
  if (!files) return;
  CsvTable const expected(*files / "evaluator_summary_2024.csv");
  std::map<std::string, std::string> const metrics{
      {"rmse_average", "rmse"},
      {"rmse_rank_average", "rank denominator=p"},
      {"cosine_logfc", "cosine values=logfc-own"},
      {"cosine_rank_logfc", "rank denominator=p distance=cosine values=logfc-own"}};
  REQUIRE(expected.rows() == metrics.size());
  auto const mean = [](std::map<std::string, Score> const& scores) {
    double sum = 0;
    for (auto const& [condition, score] : scores) {
      REQUIRE(score.status.ok());
      sum += score.value;
    }
    return sum / static_cast<double>(scores.size());
  };
  for (std::size_t r = 0; r < expected.rows(); ++r) {
    auto const& name = expected.text(r, "metric");
    auto const scores = files->scores(metrics.at(name));
    for (std::string const model : {"duplicate", "shrunk", "mean"}) {
      INFO(name << " of " << model);
      double const value = expected.number(r, model), digits = 5e-4 * std::fabs(value);
      double const ours = mean(scores.at(model));
      if (model == "mean" && name.find("rank") != std::string::npos) {
        // equal predictions: ranked by chance there, all at its worst here
        CHECK(ours >= value - digits);
        continue;
      }
      CHECK(std::fabs(ours - value) <= digits);
    }
  }
}
