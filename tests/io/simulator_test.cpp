// RANKS 1 2 3
#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "core/error.hpp"
#include "io/simulator_file.hpp"
#include "shared_data.hpp"

using namespace pertscale;
using Catch::Matchers::Contains;

namespace {

SimulationOptions options_of(std::int64_t cells, std::int64_t genes, std::int64_t perturbations) {
  SimulationOptions options;
  options.cells = cells;
  options.genes = genes;
  options.perturbations = perturbations;
  return options;
}

Eigen::VectorXd effect(SimulationTruth const& truth, std::size_t condition,
                       std::size_t context = 0) {
  std::vector<float> row(truth.genes.size());
  truth.log_fold_change(condition, context, 0, row);
  return Eigen::Map<Eigen::VectorXf>(row.data(), static_cast<Eigen::Index>(row.size()))
      .cast<double>();
}

double correlation(Eigen::VectorXd a, Eigen::VectorXd b) {
  a.array() -= a.mean();
  b.array() -= b.mean();
  return a.dot(b) / std::sqrt(a.squaredNorm() * b.squaredNorm());
}

/// Sums of counts and of their squares over the cells of one condition.
struct Sums {
  Eigen::VectorXd first, second;
  double cells = 0;
};

std::vector<Sums> sums_by_condition(SimulationTruth const& truth) {
  auto const genes = truth.options.genes;
  std::vector<Sums> out(truth.conditions.size(),
                        {Eigen::VectorXd::Zero(genes), Eigen::VectorXd::Zero(genes), 0});
  auto const block = simulate_cells(truth, 0, truth.options.cells);
  for (std::int64_t i = 0; i < block.count(); ++i) {
    auto& sums = out[static_cast<std::size_t>(simulated_cell(truth, i).condition)];
    sums.cells += 1;
    auto const end = static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(i) + 1]);
    for (auto k = static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(i)]); k < end;
         ++k) {
      sums.first[block.minor[k]] += block.values[k];
      sums.second[block.minor[k]] += block.values[k] * block.values[k];
    }
  }
  return out;
}

/// Mean and variance of a count over cells: library sizes have mean 1 and E[L^2] = exp(0.35^2).
struct Expected {
  Eigen::ArrayXd mean, variance;
};

Expected expected(SimulationTruth const& truth, std::size_t condition) {
  Eigen::ArrayXd const mean =
      (truth.log_mean.row(0).transpose() + effect(truth, condition)).array().exp();
  Eigen::Map<Eigen::ArrayXd const> const shape(truth.shape.data(), mean.size());
  double const square = std::exp(0.35 * 0.35);
  return {mean, mean + mean.square() * (square / shape + square - 1)};
}

SparseBlock all_cells(SimulationTruth const& truth) {
  return simulate_cells(truth, 0, truth.options.cells);
}

}  // namespace

TEST_CASE("the file is the same bytes for any number of ranks and another for another seed") {
  TemporaryFolder const folder;
  auto const world = Communicator::world();
  auto options = options_of(700, 101, 12);
  options.doubles = 5;
  options.contexts = 2;
  auto const truth = make_truth(options);
  SimulationFile file;
  file.format = GENERATE(MatrixFormat::csr, MatrixFormat::csc, MatrixFormat::dense);
  file.lognormalised = GENERATE(false, true);
  file.memory = 1 << 20;

  file.path = folder / "world.h5ad";
  write_simulation(truth, file, world);
  file.path = folder / "self.h5ad";
  write_simulation(truth, file, Communicator::self());
  options.seed = 2;
  file.path = folder / "seed.h5ad";
  write_simulation(make_truth(options), file, Communicator::self());

  if (!world.root()) return;
  CHECK(read_text(folder / "world.h5ad") == read_text(folder / "self.h5ad"));
  CHECK(read_text(folder / "world.h5ad") != read_text(folder / "seed.h5ad"));
}

TEST_CASE("a folder that is not there fails on every rank") {
  SimulationFile file;
  file.path = "/nowhere/at/all.h5ad";
  auto const truth = make_truth(options_of(50, 20, 3));

  CHECK_THROWS_WITH(write_simulation(truth, file, Communicator::world()),
                    Contains("does not exist"));
}

TEST_CASE("mean counts are those of the truth within statistical error") {
  auto const truth = make_truth(options_of(8000, 120, 3));

  auto const sums = sums_by_condition(truth);

  for (std::size_t p = 0; p < sums.size(); ++p) {
    auto const theory = expected(truth, p);
    Eigen::ArrayXd const z = (sums[p].first.array() / sums[p].cells - theory.mean) /
                             (theory.variance / sums[p].cells).sqrt();
    CHECK(z.abs().maxCoeff() < 5.5);
    CHECK(z.square().mean() == Approx(1).margin(0.6));
  }
}

TEST_CASE("variances are negative binomial") {
  auto const truth = make_truth(options_of(20000, 100, 1));

  auto const sums = sums_by_condition(truth)[1];

  auto const theory = expected(truth, 1);
  Eigen::ArrayXd const mean = sums.first.array() / sums.cells;
  Eigen::ArrayXd const ratio = (sums.second.array() / sums.cells - mean.square()) / theory.variance;
  CHECK(ratio.mean() == Approx(1).margin(0.03));
  CHECK((ratio - 1).abs().maxCoeff() < 0.5);
  CHECK((theory.variance / theory.mean).maxCoeff() > 2);
}

TEST_CASE("doubles are additive unless the truth says how they interact") {
  auto options = options_of(2000, 300, 20);
  options.doubles = 60;
  auto const truth = make_truth(options);
  std::map<std::int32_t, std::size_t> single;
  for (std::size_t p = 1; p <= 20; ++p) single[truth.conditions[p].first] = p;
  int interacting = 0;

  for (std::size_t p = 21; p < truth.conditions.size(); ++p) {
    auto const& pair = truth.conditions[p];
    Eigen::VectorXd const excess = effect(truth, p) - effect(truth, single.at(pair.first)) -
                                   effect(truth, single.at(pair.second));
    if (pair.interaction == 0)
      CHECK(excess.cwiseAbs().maxCoeff() < 1e-5);
    else
      CHECK(excess.norm() > 0.5);
    interacting += pair.interaction != 0 ? 1 : 0;
  }

  CHECK(interacting == 18);
}

TEST_CASE("a target's own expression goes down") {
  auto const truth = make_truth(options_of(4000, 200, 5));

  auto const sums = sums_by_condition(truth);

  for (std::size_t p = 1; p < sums.size(); ++p) {
    auto const target = truth.conditions[p].first;
    CHECK(effect(truth, p)[target] ==
          Approx(-truth.knock_down[static_cast<std::size_t>(target)]).epsilon(1e-6));
    CHECK(sums[p].first[target] / sums[p].cells < sums[0].first[target] / sums[0].cells * 0.6);
  }
}

TEST_CASE("all perturbations share a shift, and similar targets act alike") {
  auto const truth = make_truth(options_of(2000, 400, 120));
  Eigen::VectorXd const shift = truth.shift.row(0).cast<double>().transpose();
  Eigen::VectorXd mean = Eigen::VectorXd::Zero(400);
  Eigen::VectorXd embedding_cosine(119), effect_cosine(119);

  auto const first = truth.conditions[1].first;
  Eigen::VectorXd const reference = effect(truth, 1) - shift;
  for (std::size_t p = 1; p <= 120; ++p) {
    Eigen::VectorXd const change = effect(truth, p);
    mean += change / 120;
    if (p == 1) continue;
    auto const at = static_cast<Eigen::Index>(p) - 2;
    embedding_cosine[at] = truth.embedding.row(truth.conditions[p].first)
                               .normalized()
                               .dot(truth.embedding.row(first).normalized());
    effect_cosine[at] = (change - shift).normalized().dot(reference.normalized());
  }

  CHECK(correlation(mean, shift) > 0.85);
  CHECK(correlation(embedding_cosine, effect_cosine) > 0.6);
}

TEST_CASE("effects of two contexts correlate") {
  auto options = options_of(2000, 400, 10);
  options.contexts = 2;
  auto const truth = make_truth(options);

  for (std::size_t p = 1; p <= 10; ++p) {
    double const r = correlation(effect(truth, p, 0), effect(truth, p, 1));
    CHECK(r > 0.2);
    CHECK(r < 0.85);
  }
  CHECK((truth.log_mean.row(0) - truth.log_mean.row(1)).norm() > 1);
}

TEST_CASE("cells: a tenth is control, the others are even, the order has no pattern") {
  auto options = options_of(5000, 50, 9);
  options.contexts = 2;
  auto const truth = make_truth(options);
  std::map<std::pair<int, int>, int> count;
  int same_as_next = 0;

  for (std::int64_t i = 0; i < 5000; ++i) {
    auto const cell = simulated_cell(truth, i);
    ++count[{cell.condition, cell.context}];
    same_as_next += i > 0 && cell.condition == simulated_cell(truth, i - 1).condition ? 1 : 0;
  }

  CHECK(count.size() == 20);
  for (auto const& [what, cells] : count) CHECK(cells == 250);
  CHECK(same_as_next == Approx(500).margin(150));
}

TEST_CASE("the smallest screens have two control cells in a context and one of each condition") {
  auto options = options_of(22, 20, 9);
  options.contexts = 2;
  auto const truth = make_truth(options);
  std::map<std::pair<int, int>, int> count;

  for (std::int64_t i = 0; i < 22; ++i) {
    auto const cell = simulated_cell(truth, i);
    ++count[{cell.condition, cell.context}];
  }

  CHECK(count.size() == 20);
  for (auto const& [what, cells] : count) CHECK(cells == (what.first == 0 ? 2 : 1));
}

TEST_CASE("blocks and ranges of genes are parts of the same matrix") {
  auto const truth = make_truth(options_of(60, 301, 8));
  auto const whole = all_cells(truth);

  auto const rows = simulate_cells(truth, 20, 40);
  auto const columns = CellSimulator(truth, 0, {100, 301}).block(0, 60);

  auto const start = static_cast<std::size_t>(whole.offsets[20]);
  CHECK(std::equal(rows.values.begin(), rows.values.end(), whole.values.begin() + start));
  CHECK(std::equal(rows.minor.begin(), rows.minor.end(), whole.minor.begin() + start));
  std::vector<float> kept;
  for (std::size_t k = 0; k < whole.values.size(); ++k)
    if (whole.minor[k] >= 100) kept.push_back(whole.values[k]);
  CHECK(columns.values == kept);
}

TEST_CASE("options out of range are named, all at once") {
  auto const message = [](SimulationOptions const& options) -> std::string {
    try {
      check_simulation(options);
      return {};
    } catch (UserError const& error) {
      return error.what();
    }
  };
  auto doubles = options_of(100, 50, 9);
  doubles.doubles = 37;

  CHECK(message(options_of(11, 20, 9)).empty());
  CHECK_THAT(message(options_of(10, 20, 9)), Contains("--cells 10 is too few"));
  CHECK_THAT(message(options_of(100, 8, 9)), Contains("--perturbations 9 is more than --genes 8"));
  CHECK_THAT(message(doubles), Contains("--doubles 37 is more than the 36 pairs"));
  CHECK_THAT(message(options_of(0, 0, 0)), Contains("--cells") && Contains("--genes"));
}
