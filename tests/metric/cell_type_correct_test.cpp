// A forest that tells contexts apart, and PEREGGRN's cell_type_correct.
#include <catch2/catch.hpp>
#include <map>

#include "metric/made_supply.hpp"
#include "metric/pereggrn_golden.hpp"
#include "statistics/label_forest.hpp"

using namespace pertscale;
using pereggrn_golden::GoldenRun;
using Values = pereggrn_golden::Values;

TEST_CASE("variance of one-hot labels is Gini's impurity: a tree by hand") {
  // labels 0 0 1 1 1 2 along the feature: 1 - 4/36 - 9/36 - 1/36 = 22/36, of six cells 22/6
  RowMatrix features(6, 1);
  features << 1, 2, 3, 4, 5, 6;
  RowMatrix one_hot = RowMatrix::Zero(6, 3);
  for (auto const& [row, label] :
       std::map<int, int>{{0, 0}, {1, 0}, {2, 1}, {3, 1}, {4, 1}, {5, 2}})
    one_hot(row, label) = 1;
  Values const weights(6, 1);
  auto const& algebra = own_linear_algebra();
  GramForest const forest(features, centred_gram(one_hot, weights, algebra), weights, 3,
                          {.trees = 1, .tree = {}, .bootstrap = false, .seed = 0}, algebra);

  auto const& root = forest.trees().at(0).nodes.at(0);
  CHECK(root.spread == Approx(22.0 / 6));
  // after two cells: 0 and 4 (1 - 9/16 - 1/16) are left
  CHECK(root.threshold == Approx(2.5));
  CHECK(root.gain == Approx(22.0 / 6 - 1.5));
}

TEST_CASE("a forest of labels tells groups apart, by shares that add to one") {
  Matrix cells(40, 3);
  std::vector<int> labels;
  for (Eigen::Index i = 0; i < 40; ++i) {
    double const at = static_cast<double>(i % 2);
    cells.row(i) << 4 * at + 0.01 * static_cast<double>(i), 1, static_cast<double>(i % 7);
    labels.push_back(static_cast<int>(i % 2));
  }
  LabelForest const forest(cells, labels, 2, 50, 1);
  CHECK(forest.label_of(Values{0.2, 1, 3}) == 0);
  CHECK(forest.label_of(Values{4.2, 1, 3}) == 1);
  auto const shares = forest.shares(Values{1.9, 1, 3});
  CHECK(shares[0] + shares[1] == Approx(1));
  CHECK(shares == LabelForest(cells, labels, 2, 50, 1).shares(Values{1.9, 1, 3}));
}

TEST_CASE("cell-type-correct: the same context or not, and a word where there is one only") {
  MadeSupply supply;
  RivalPanel panel;
  panel.genes = {"A"};
  panel.names = {"P", "Q"};
  panel.control = {0};
  panel.observed = {{1}, {1}};
  panel.predicted = {{2}, {-2}};
  CHECK(panel.scores("cell-type-correct").at(0).status.word() == "needs_cells");
  panel.supply = &supply;
  CHECK(panel.scores("cell-type-correct").at(0).status.word() == "not_applicable");
  supply.told_context = [](Profile profile) -> std::size_t { return profile[0] > 0 ? 1 : 0; };
  CHECK(panel.values("cell-type-correct") == Values{1, 0});
}

TEST_CASE("PEREGGRN's cell_type_correct of fifteen groups") {
  auto const folder = shared_file("golden/pereggrn");
  auto const screen = shared_file("data/norman-mcfaline-cells.h5ad");
  if (!folder || !screen) return;
  GoldenRun const run(*folder, *screen);
  auto const [cells, lines] = run.training();
  std::map<std::string, int> kinds{{"A172", 0}, {"T98G", 1}, {"k562", 2}};
  std::vector<int> labels;
  for (auto const& line : lines) labels.push_back(kinds.at(line));
  CsvTable const expected(*folder / "metrics_per_perturbation.csv");
  // its draws are scikit-learn's: whatever ours are, the answers are the same
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    LabelForest const forest(cells, labels, 3, 100, seed);
    MadeSupply supply;
    supply.told_context = [&](Profile profile) { return forest.label_of(profile); };
    RivalPanel panel;
    panel.genes = run.genes();
    panel.control = Values(240, 0);
    panel.supply = &supply;
    Values answers;
    for (std::size_t r = 0; r < expected.rows(); ++r) {
      auto const& line = expected.text(r, "cell_type");
      auto const& condition = expected.text(r, "perturbation");
      panel.names.push_back(condition);
      panel.observed.push_back(run.observed(line, condition));
      panel.predicted.push_back(run.predicted(line, condition));
      answers.push_back(expected.number(r, "cell_type_correct"));
    }
    CHECK(panel.values("cell-type-correct") == answers);
  }
}
