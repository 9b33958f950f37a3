#include <catch2/catch.hpp>
#include <cmath>

#include "metric/table_supply.hpp"
#include "metric/target_genes.hpp"
#include "statistics/jackknife.hpp"

using namespace pertscale;

namespace {

Matrix rows(std::vector<std::vector<double>> const& values) {
  Matrix out(static_cast<Eigen::Index>(values.size()),
             static_cast<Eigen::Index>(values.front().size()));
  for (std::size_t i = 0; i < values.size(); ++i)
    for (std::size_t g = 0; g < values[i].size(); ++g)
      out(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(g)) = values[i][g];
  return out;
}

std::vector<std::string> const genes{"A", "B", "C"};

/// Three conditions, of which A targets a gene of the screen.
TableSupply three() {
  TableSupply supply;
  supply.control = rows({{4, 4, 4}, {2, 4, 6}});
  supply.predicted_control_cells = rows({{1, 1, 4}});
  supply.conditions = {{.name = "A+ctrl",
                        .cells = rows({{0, 8, 4}, {1, 6, 5}}),
                        .predicted_cells = rows({{0, 6, 6}, {0, 7, 5}})},
                       {.name = "x+ctrl",
                        .cells = rows({{6, 2, 4}, {8, 2, 2}}),
                        .predicted_cells = rows({{5, 3, 4}, {6, 4, 2}})},
                       {.name = "y+ctrl",
                        .cells = rows({{3, 1, 8}, {2, 2, 9}}),
                        .predicted_cells = rows({{6, 2, 4}, {8, 2, 2}})}};
  return supply;
}

double value(TableTrial const& trial, std::string const& metric, std::size_t item = 0) {
  auto const score = trial.scores(metric).at(item);
  INFO(metric << " " << score.status.word());
  REQUIRE(score.status.ok());
  return score.value;
}

/// Profile, jackknife variance and sums of one group at a target of 50000.
struct Group {
  std::vector<double> profile{0, 0, 0};
  double noise;

  explicit Group(Matrix const& cells) : noise(jackknife_variance(cells, 5e4)) {
    std::vector<double> sums(3);
    for (Eigen::Index g = 0; g < 3; ++g) sums[static_cast<std::size_t>(g)] = cells.col(g).sum();
    log_of_sums(sums, cells.sum(), 5e4, profile);
  }
  double distance(Group const& other, std::size_t from) const {
    double sum = 0;
    for (std::size_t g = from; g < 3; ++g)
      sum += (profile[g] - other.profile[g]) * (profile[g] - other.profile[g]);
    return sum;
  }
};

}  // namespace

TEST_CASE("errors of means: absolute ones need no control, changes take each side's own") {
  auto const supply = three();
  TableTrial const trial(supply, genes);
  // measured (0.5, 7, 4.5), predicted (0, 6.5, 5.5), control (3, 4, 5), predicted control (1, 1, 4)

  CHECK(value(trial, "bulk-mae") == Approx(2.0 / 3));
  CHECK(value(trial, "bulk-mse") == Approx(1.5 / 3));
  CHECK(value(trial, "bulk-delta-mae") == Approx(2.0 / 3));
  CHECK(value(trial, "bulk-delta-mae control=own") == Approx((1.5 + 2.5 + 2) / 3));
  CHECK(value(trial, "bulk-delta-mse compat=cell-eval-0.8.2") ==
        Approx((1.5 * 1.5 + 2.5 * 2.5 + 2 * 2) / 3));
  CHECK(value(trial, "bulk-delta-pearson") > 0.9);
}

TEST_CASE("a prediction without a control of its own is compared with the measured one") {
  auto supply = three();
  supply.predicted_control_cells = Matrix(0, 3);
  TableTrial const trial(supply, genes);

  CHECK(value(trial, "bulk-delta-mae control=own") == value(trial, "bulk-delta-mae"));
}

TEST_CASE("a constant predicted change: a status here and in cell-eval, -1 in cell-eval2") {
  auto supply = three();
  supply.conditions[0].predicted_cells = supply.control;
  TableTrial const trial(supply, genes);

  CHECK(trial.score("bulk-delta-pearson").status.word() == "constant");
  CHECK(trial.score("bulk-delta-pearson compat=cell-eval2-0.20.0").value == -1);
}

TEST_CASE("profiles from summed counts") {
  auto const supply = three();
  TableTrial const trial(supply, genes);
  Group const a(supply.conditions[0].cells), b(supply.conditions[0].predicted_cells);

  CHECK(value(trial, "bulk-mse compat=cell-eval2-0.20.0") == Approx(a.distance(b, 0) / 3));
  CHECK(value(trial, "bulk-mass-ratio space=counts") == Approx(1));
  CHECK(value(trial, "bulk-mass-ratio space=counts bulk-target=7") == Approx(1));
  MadeItem const item{{"g1", "g2"}, {0, 0}, {1, 2}, {1, 2}};
  CHECK(item.score("bulk-mse space=counts").status.word() == "needs_counts");
}

TEST_CASE("a prediction without counts has those of the cells that are made of it, or says so") {
  auto supply = three();
  TableTrial const counted(supply, genes);
  double const value_of_counts = value(counted, "bulk-mse space=counts");
  supply.predicted_counts = Status("needs_counts");
  TableTrial const trial(supply, genes);

  CHECK(trial.score("bulk-mse space=counts").status.word() == "needs_counts");
  CHECK(value(trial, "bulk-mse space=counts emit=poisson") == value_of_counts);
  auto const needs = made_metric("bulk-mse space=counts emit=poisson").object->needs();
  REQUIRE(needs.cells.size() == 1);
  CHECK(needs.cells[0].emit == Emit::poisson);
  CHECK(made_metric("bulk-mse space=counts").object->needs().cells.empty());
}

TEST_CASE("errors less the sampling error of both sides, the own target left out") {
  auto const supply = three();
  TableTrial const trial(supply, genes);
  Group const control(supply.control);
  double errors = 0, effects = 0, claim = 0, rho = 0;
  std::vector<Group> measured, predicted;
  for (auto const& condition : supply.conditions) {
    measured.emplace_back(condition.cells);
    predicted.emplace_back(condition.predicted_cells);
  }
  std::vector<double> const summed{2, 3, 3};
  for (std::size_t p = 0; p < 3; ++p)
    claim += std::min(measured[p].noise, predicted[p].noise) / summed[p];
  for (std::size_t g = 0; g < 3; ++g) {  // spread over the conditions that do not target the gene
    double mean = 0, weight = 0;
    for (std::size_t p = g == 0 ? 1 : 0; p < 3; ++p) {
      mean += predicted[p].profile[g] / summed[p];
      weight += 1 / summed[p];
    }
    for (std::size_t p = g == 0 ? 1 : 0; p < 3; ++p)
      rho += std::pow(predicted[p].profile[g] - mean / weight, 2) / summed[p];
  }
  rho = std::min(1.0, rho / claim);

  std::string const theirs = " compat=cell-eval2-0.20.0";
  for (std::size_t p = 0; p < 3; ++p) {
    std::size_t const from = p == 0 ? 1 : 0;
    double const plain = measured[p].distance(predicted[p], from) - measured[p].noise;
    double const capped =
        (plain - rho * std::min(predicted[p].noise, measured[p].noise)) / summed[p];
    double const effect =
        (measured[p].distance(control, from) - measured[p].noise - control.noise) / summed[p];
    CHECK(value(trial, "bulk-mse-unbiased" + theirs, p) ==
          Approx((plain - predicted[p].noise) / summed[p]));
    CHECK(value(trial, "bulk-mse-capped" + theirs, p) == Approx(capped));
    CHECK(value(trial, "bulk-distance-unbiased" + theirs, p) == Approx(effect));
    errors += capped;
    effects += effect;
  }
  auto const ratio = trial.scores("bulk-mse-capped-norm" + theirs);
  REQUIRE(ratio.size() == 1);
  if (effects > 0)
    CHECK(ratio[0].value == Approx(errors / effects));
  else
    CHECK(ratio[0].status.word() == "no_effect");
}

TEST_CASE("means have the variance over cells as their sampling error") {
  auto const supply = three();
  TableTrial const trial(supply, genes);
  // A: differences of B and C (0.5, -1); measured variances (0.5, 2, 0.5) / 2, predicted (0, 0.5,
  // 0.5) / 2
  CHECK(value(trial, "bulk-mse-unbiased") == Approx((0.25 + 1 - 1.5 - 0.5) / 2));
}

TEST_CASE("a value does not depend on the block that its condition is in") {
  auto const supply = three();
  TableTrial const trial(supply, genes);
  for (std::string const metric : {"bulk-mse-capped space=counts", "bulk-discrimination",
                                   "bulk-discrimination distance=cosine mask=own ties=order"})
    for (std::size_t i = 0; i < 3; ++i)
      CHECK(trial.alone(metric, i).value == trial.scores(metric)[i].value);
}

TEST_CASE("a condition that the model leaves out counts as control pasted") {
  auto const supply = three();
  TableTrial all(supply, genes), less(supply, genes);
  for (std::size_t i = 0; i < 3; ++i) less.forget_prediction(i);
  auto const silent = less.score("bulk-mse-capped-norm");
  REQUIRE(silent.status.ok());
  // errors are |b_0 - b|^2 - C, effects |b - b_0|^2 - C - C_0: above 1 by the control's noise
  CHECK(silent.value > 1);
  CHECK(all.score("bulk-mse-capped-norm").value < silent.value);
}

TEST_CASE("targets: all of a condition; cell-eval takes the label, cell-eval2 a single's target") {
  GeneTable const table({"A", "B", "A+B"});
  ScoreContext context;
  context.genes = &table;
  auto const of = [&](char const* label, DePeer peer) {
    return target_genes(context, parse_condition(label, {}), peer);
  };
  using Genes = std::vector<std::size_t>;

  CHECK(of("B+A", DePeer::none) == Genes{0, 1});
  CHECK(of("B+ctrl", DePeer::none) == Genes{1});
  CHECK(of("B", DePeer::cell_eval) == Genes{1});
  CHECK(of("B+ctrl", DePeer::cell_eval).empty());
  CHECK(of("B+ctrl", DePeer::cell_eval2) == Genes{1});
  CHECK(of("B+A", DePeer::cell_eval2).empty());
  CHECK(of("A+B", DePeer::cell_eval2) == Genes{2});
}

TEST_CASE("discrimination by hand: masks, ties, denominators") {
  TableSupply supply;
  supply.control = rows({{0, 0, 0}});
  supply.conditions = {
      {.name = "A+ctrl", .cells = rows({{9, 1, 0}}), .predicted_cells = rows({{0, 1, 0}})},
      {.name = "x+ctrl", .cells = rows({{0, 2, 0}}), .predicted_cells = rows({{0, 0, 0}})},
      {.name = "y+ctrl", .cells = rows({{0, 0, 2}}), .predicted_cells = rows({{0, 0, 2}})}};
  TableTrial const trial(supply, genes);
  auto const scores = [&](std::string const& options) {
    std::vector<double> out;
    for (auto const& score : trial.scores("bulk-discrimination" + options))
      out.push_back(score.value);
    return out;
  };

  // A with its own gene: (9,1,0) is the furthest of all; without it the nearest
  CHECK(scores(" mask=none") == std::vector<double>{0, 0.75, 1});
  // x predicts no change: distances 1 2 2 without A, 10 2 2 with it
  CHECK(scores("") == std::vector<double>{1, 0.25, 1});
  CHECK(scores(" ties=against") == std::vector<double>{1, 0, 1});
  CHECK(scores(" ties=order") == std::vector<double>{1, 0.5, 1});
  CHECK(scores(" mask=own denominator=p ties=order") == std::vector<double>{1, 1, 1});
  CHECK(scores(" distance=l2") == std::vector<double>{1, 0.25, 1});
  // a zero change is at distance 1 from all: half of the rivals are ahead; A and x point one way
  CHECK(scores(" distance=cosine") == std::vector<double>{0.75, 0.5, 1});
}
