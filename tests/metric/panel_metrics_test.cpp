// Ranks among a panel: by hand, and the figures of Systema and CellSimBench on their own profiles.
#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "csv_table.hpp"
#include "metric/made_items.hpp"
#include "metric/made_supply.hpp"
#include "shared_data.hpp"

using namespace pertscale;

namespace {

using Values = std::vector<double>;

/// Changes on genes A, B, X, Y: A (-1, 0, 2, 0), B (0, -1, 0, 2), C (0, 0, 1, 1). Predictions: A
/// right, B as C, C halfway between A and B.
RivalPanel three() {
  return {.genes = {"A", "B", "X", "Y"},
          .names = {"A+ctrl", "B+ctrl", "C+ctrl"},
          .control = {1, 1, 1, 1},
          .observed = {{0, 1, 3, 1}, {1, 0, 1, 3}, {1, 1, 2, 2}},
          .predicted = {{0, 1, 3, 1}, {1, 1, 2, 2}, {1, 1, 2.5, 1.5}}};
}

Values row_values(CsvTable const& table, std::size_t row, std::size_t first) {
  Values out;
  for (std::size_t c = first; c < table.columns(); ++c) out.push_back(std::stod(table.at(row, c)));
  return out;
}

}  // namespace

TEST_CASE("discrimination by hand") {
  auto const panel = three();
  // On X and Y alone: A is right; B's squares are 2 to A and B, 0 to C; C's are .5 to A and C, 4.5
  CHECK(panel.values("discrimination") == Values{1, 1 - 1.5 / 2, 1 - 0.5 / 2});
  CHECK(panel.values("pds") == panel.values("discrimination"));
  CHECK(panel.values("discrimination ties=against") == Values{1, 0, 0.5});
  CHECK(panel.values("discrimination ties=order") == Values{1, 0, 0.5});
  CHECK(panel.values("discrimination denominator=p") == Values{1, 0.5, 1 - 0.5 / 3});
  // Without a mask B's squares are 3 to A and B; C's are 1.5 to A, .5 to C
  CHECK(panel.values("discrimination mask=none") == Values{1, 0.25, 1});
  // B leaves out its own gene only: 3 to A, 2 to B
  CHECK(panel.values("discrimination mask=own") == Values{1, 0.5, 1});
  CHECK(panel.values("discrimination distance=l1 mask=own") == Values{1, 0.5, 1});
  // Directions on X and Y: B's prediction is at 45 degrees of A and B, and right on C
  CHECK(panel.values("discrimination distance=cosine mask=all ties=against")[1] <= 0.5);
}

TEST_CASE("a prediction of no change and a constant one score half on average") {
  auto panel = three();
  panel.predicted.assign(3, panel.control);
  CHECK(panel.values("discrimination distance=cosine") == Values{0.5, 0.5, 0.5});
  panel.predicted.assign(3, {0.3, 2, 1.4, 1.7});
  for (auto const* metric : {"discrimination", "discrimination distance=l1",
                             "discrimination distance=cosine", "discrimination distance=pearson"}) {
    auto const values = panel.values(metric);
    CHECK((values[0] + values[1] + values[2]) / 3 == Approx(0.5));
  }
  // equal predictions: each of them is as near as the others
  CHECK(panel.values("rank") == Values{1, 1, 1});
  CHECK(panel.values("rank ties=half") == Values{0.5, 0.5, 0.5});
  CHECK(panel.values("rank ties=half denominator=p") == Values{1.0 / 3, 1.0 / 3, 1.0 / 3});
}

TEST_CASE("writing the knockdown alone gains nothing where every target is masked") {
  auto panel = three();
  panel.predicted = {{0, 1, 1, 1}, {1, 0, 1, 1}, {1, 1, 1, 1}};
  CHECK(panel.values("discrimination distance=cosine") == Values{0.5, 0.5, 0.5});
  CHECK(panel.values("discrimination distance=cosine mask=none ties=half")[0] == 1);
}

TEST_CASE("a prediction's own control shifts its changes") {
  auto panel = three();
  CHECK(panel.scores("discrimination control=own")[0].status == Status("needs_cells"));
  MadeSupply supply;
  supply.own_control = MadeSupply::Half{{1, 1, 3, 1}, 5};
  panel.supply = &supply;
  // A's change becomes (-1, 0, 0, 0): on X and Y nothing, nearest to C (squares 2 against 4 and 4)
  CHECK(panel.values("discrimination control=own")[0] == 1 - 1.5 / 2);
}

TEST_CASE("strict shares of rivals that are farther") {
  auto panel = three();
  // Squares on all genes of B's prediction: A 3, B 3, C 0: no rival is strictly farther.
  CHECK(panel.values("nir") == Values{1, 0, 1});
  CHECK(panel.values("pds-sbb distance=l2") == Values{1, -1, 1});
  panel.trained = {"D+ctrl"};
  panel.trained_profiles = {{9, 9, 9, 9}};
  CHECK(panel.values("centroid-accuracy")[1] == Approx(1.0 / 3));
  CHECK(panel.values("nir") == Values{1, 0, 1});
  CHECK(panel.scores("pds-sbb")[0].status == Status("needs_cells"));
  MadeSupply supply;
  // all weight on Y: A's prediction (change 0 there) is right, B's 1 against truths 0, 2, 1
  for (std::size_t i = 0; i < 3; ++i)
    supply.any_tests[{Side::measured, i}] = {
        {0, 0, 0, 5}, {0, 0, 0, 0}, {1, 1, 1, 1}, {1, 1, 1, 1}};
  panel.supply = &supply;
  CHECK(panel.values("pds-sbb")[0] == 1);
  CHECK(panel.values("pds-sbb")[1] == -1);
  CHECK(panel.values("discrimination distance=wmse mask=none ties=half")[1] == 0.25);
}

TEST_CASE("rank of the own prediction by hand") {
  auto panel = three();
  // To observed A: own 0. To B (1, 0, 1, 3): squares A 10, own 3, C 5.5. To C: A 3, B 0, own .5.
  CHECK(panel.values("rank") == Values{0, 0, 0.5});
  CHECK(panel.values("rank denominator=p") == Values{0, 0, 1.0 / 3});
  // transposed: B's prediction is as near to A as to B, and nearer to C
  CHECK(panel.values("rank transpose=yes") == Values{0, 1, 0});
  CHECK(panel.values("rank transpose=yes ties=half")[1] == 0.75);
  for (auto const seed : {"0", "1", "2", "3"}) {
    auto const drawn = panel.values(std::string("rank transpose=yes ties=random:") + seed);
    CHECK((drawn[1] == 0.5 || drawn[1] == 1));
    CHECK(drawn == panel.values(std::string("rank transpose=yes ties=random:") + seed));
  }
  CHECK(panel.values("rank distance=cosine values=logfc")[0] == 0);
}

TEST_CASE("a condition that is not predicted stays a rival as no effect") {
  auto panel = three();
  panel.predicted[0].clear();
  // To observed C (1, 1, 2, 2): control 2, B 0, own .5: omission changes nobody's rank by a gap
  CHECK(panel.values("rank") == Values{0, 0.5});
  CHECK(panel.values("discrimination").size() == 2);
  CHECK(panel.values("discrimination") == Values{0.25, 0.75});
}

TEST_CASE("one condition, no genes, numbers that are none") {
  auto panel = three();
  panel.predicted[1][2] = std::nan("");
  CHECK(panel.scores("discrimination")[1].status == Status("not_finite"));
  CHECK(panel.scores("rank")[1].status == Status("not_finite"));
  CHECK(panel.scores("rank")[0].status.ok());
  RivalPanel const one{.genes = {"X", "Y"},
                       .names = {"A+ctrl"},
                       .control = {0, 0},
                       .observed = {{1, 2}},
                       .predicted = {{1, 2}}};
  for (auto const* metric : {"discrimination", "rank", "nir", "centroid-accuracy"})
    CHECK(one.scores(metric)[0].status == Status("too_few_conditions"));
  RivalPanel const targets{.genes = {"A", "B"},
                           .names = {"A+ctrl", "B+ctrl"},
                           .control = {0, 0},
                           .observed = {{1, 2}, {3, 4}},
                           .predicted = {{1, 2}, {3, 4}}};
  CHECK(targets.scores("discrimination")[0].status == Status("too_few_genes"));
  CHECK_THROWS_AS(made_metric("discrimination ties=random:x"), UserError);
}

TEST_CASE("Systema's centroid accuracies") {
  auto const folder = shared_file("golden/systema");
  if (!folder) return;
  CsvTable const centroids(*folder / "centroids.csv.gz"),
      predictions(*folder / "predictions.csv.gz"), expected(*folder / "centroid_accuracy.csv");
  std::map<std::string, Values> centroid;
  for (std::size_t r = 0; r < centroids.rows(); ++r)
    centroid[centroids.at(r, 0)] = row_values(centroids, r, 1);
  std::size_t checked = 0;
  for (std::string const method : {"matching-mean", "nonctl-mean", "made", "no-change"}) {
    RivalPanel panel;
    panel.control = centroid.at("ctrl");
    for (std::size_t g = 0; g < panel.control.size(); ++g)
      panel.genes.push_back("g" + std::to_string(g));
    for (std::size_t r = 0; r < predictions.rows(); ++r) {
      if (predictions.text(r, "method") != method) continue;
      panel.names.push_back(predictions.text(r, "condition"));
      panel.observed.push_back(centroid.at(panel.names.back()));
      panel.predicted.push_back(row_values(predictions, r, 3));
    }
    std::set<std::string> const held_out(panel.names.begin(), panel.names.end());
    for (auto const& [name, values] : centroid)
      if (name != "ctrl" && !held_out.contains(name)) {
        panel.trained.push_back(name);
        panel.trained_profiles.push_back(values);
      }
    auto const values = panel.values("centroid-accuracy");
    for (std::size_t i = 0; i < values.size(); ++i)
      for (std::size_t r = 0; r < expected.rows(); ++r)
        if (expected.text(r, "condition") == panel.names[i]) {
          INFO(method << " " << panel.names[i]);
          CHECK(values[i] == Approx(expected.number(r, method)).epsilon(1e-10).margin(1e-10));
          ++checked;
        }
  }
  CHECK(checked == 48);
}

TEST_CASE("CellSimBench's normalised inverse ranks") {
  auto const folder = shared_file("golden/shift");
  if (!folder) return;
  CsvTable const profiles(*folder / "profiles.csv.gz"), expected(*folder / "metrics.csv.gz");
  std::map<std::string, std::map<std::string, Values>> profile;
  for (std::size_t r = 0; r < profiles.rows(); ++r)
    profile[profiles.at(r, 0)][profiles.at(r, 1)] = row_values(profiles, r, 2);
  std::size_t checked = 0;
  for (std::string const predictor : {"tech_dup", "interp_dup", "control", "mean", "made"}) {
    RivalPanel panel;
    panel.control = profile["control"].begin()->second;
    for (std::size_t g = 0; g < panel.control.size(); ++g)
      panel.genes.push_back("g" + std::to_string(g));
    for (auto const& [name, values] : profile["first_half"]) {
      panel.names.push_back(name);
      panel.observed.push_back(values);
      panel.predicted.push_back(profile[predictor].at(name));
    }
    auto const values = panel.values("nir");
    for (std::size_t i = 0; i < values.size(); ++i)
      for (std::size_t r = 0; r < expected.rows(); ++r)
        if (expected.text(r, "metric") == "nir" && expected.text(r, "predictor") == predictor &&
            expected.text(r, "condition") == panel.names[i]) {
          INFO(predictor << " " << panel.names[i]);
          CHECK(values[i] == Approx(expected.number(r, "value")).epsilon(1e-9).margin(1e-9));
          ++checked;
        }
  }
  CHECK(checked == 5 * 33);
}
