#include "solver/gram_forest.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <iostream>

#include "golden_responses.hpp"
#include "solver/backwards_algebra.hpp"

using namespace pertscale;

namespace {

struct Problem {
  RowMatrix features, outputs;
  std::vector<double> weights;
};

Problem made_problem(int rows, std::uint64_t seed) {
  RandomStream random(seed, "forest");
  Problem out{RowMatrix(rows, 5), RowMatrix(rows, 11), {}};
  for (auto& x : out.features.reshaped()) x = random.normal();
  for (int i = 0; i < rows; ++i) {
    out.weights.push_back(1 + static_cast<double>(random.below(4)));
    for (int g = 0; g < 11; ++g)
      out.outputs(i, g) = std::tanh(out.features(i, g % 3)) + 0.5 * random.normal();
  }
  return out;
}

GramForest grown(Problem const& problem, ForestOptions const& options,
                 LinearAlgebra const& algebra = own_linear_algebra()) {
  return {problem.features, centred_gram(problem.outputs, problem.weights, algebra),
          problem.weights,  static_cast<double>(problem.outputs.cols()),
          options,          algebra};
}

}  // namespace

TEST_CASE("the centred Gram matrix, in pieces") {
  auto const problem = made_problem(300, 1);
  auto const gram = centred_gram(problem.outputs, problem.weights, own_linear_algebra());
  Eigen::Map<Eigen::VectorXd const> const w(problem.weights.data(), 300);
  RowMatrix const centred =
      problem.outputs.rowwise() - (w.transpose() * problem.outputs / w.sum()).eval().row(0);
  CHECK((gram - centred * centred.transpose()).cwiseAbs().maxCoeff() < 1e-12);
  CHECK(gram == gram.transpose());
}

TEST_CASE("a forest without bootstrap is the mean of its trees' leaves") {
  auto const problem = made_problem(50, 2);
  ForestOptions options;
  options.trees = 3;
  options.bootstrap = false;
  options.tree.min_samples_leaf = 4;
  auto const forest = grown(problem, options);
  auto const test = made_problem(7, 3).features;

  auto const weights = forest.row_weights(test);

  for (Eigen::Index i = 0; i < 7; ++i) {
    Eigen::RowVectorXf const x = test.row(i).cast<float>();
    Eigen::RowVectorXd expected = Eigen::RowVectorXd::Zero(50);
    for (auto const& tree : forest.trees()) {
      auto const& leaf = tree.nodes[size_t(tree.leaf_of({x.data(), 5}))];
      double weight = 0;
      for (int k = leaf.first; k < leaf.first + leaf.samples; ++k)
        weight += problem.weights[size_t(tree.rows[size_t(k)])];
      for (int k = leaf.first; k < leaf.first + leaf.samples; ++k)
        expected[tree.rows[size_t(k)]] +=
            problem.weights[size_t(tree.rows[size_t(k)])] / weight / 3;
    }
    CHECK((weights.row(i) - expected).cwiseAbs().maxCoeff() < 1e-14);
  }
}

TEST_CASE("a bootstrap sees 1 - 1/e of the rows; each row is out of the other bags") {
  auto const problem = made_problem(200, 4);
  ForestOptions options;
  options.trees = 60;
  auto const forest = grown(problem, options);
  double seen = 0;
  for (auto const& tree : forest.trees()) seen += static_cast<double>(tree.rows.size());
  CHECK(std::abs(seen / 60 / 200 - 0.6330) < 0.012);  // 4 sd: sqrt(0.0974 / 200 / 60) = 0.0028
  auto const outside = forest.out_of_bag_weights(problem.features);
  CHECK((outside.rowwise().sum().array() - 1).abs().maxCoeff() < 1e-12);
  CHECK(outside.diagonal().cwiseAbs().maxCoeff() == 0);
  auto const all = forest.row_weights(problem.features);
  CHECK((all.rowwise().sum().array() - 1).abs().maxCoeff() < 1e-12);
  CHECK(all.diagonal().minCoeff() > 0.1);
}

TEST_CASE("trees depend on seed and number alone, whoever grows them") {
  auto const problem = made_problem(80, 5);
  ForestOptions options;
  options.trees = 6;
  options.tree.max_features = 2;
  auto const weights = grown(problem, options).row_weights(problem.features);
  CHECK(weights == grown(problem, options, BackwardsAlgebra()).row_weights(problem.features));
  options.seed = 1;
  CHECK(weights != grown(problem, options).row_weights(problem.features));
}

TEST_CASE("predictions: a row's bits do not depend on the rows beside it") {
  auto const problem = made_problem(90, 6);
  ForestOptions options;
  options.trees = 20;
  auto const weights = grown(problem, options).row_weights(made_problem(130, 7).features);
  auto const together = weighted_outputs(weights, problem.outputs);
  CHECK((together - weights * problem.outputs).cwiseAbs().maxCoeff() < 1e-13);
  for (Eigen::Index i = 0; i < 130; ++i)
    CHECK(weighted_outputs(weights.row(i), problem.outputs) == together.row(i));
}

namespace {

struct Scores {
  double out_of_bag = 0, uniform = 0, weighted = 0;  ///< five-fold averages
};

double r2(Matrix const& said, Matrix const& measured, bool uniform) {
  Eigen::RowVectorXd const error = (said - measured).colwise().squaredNorm();
  Eigen::RowVectorXd const spread =
      (measured.rowwise() - measured.colwise().mean()).colwise().squaredNorm();
  if (!uniform) return 1 - error.sum() / spread.sum();
  return 1 - (error.array() / spread.array()).mean();
}

/// Adds out-of-fold predictions of the first genes to `sum`.
Scores one_seed(GoldenResponses const& data, std::uint64_t seed, Matrix& sum) {
  Scores out;
  for (int fold = 0; fold < 5; ++fold) {
    auto const trained = data.trained(fold), tested = data.tested(fold);
    Problem const problem{data.features(trained, Eigen::all), data.changes(trained, Eigen::all),
                          std::vector<double>(trained.size(), 1)};
    ForestOptions options;
    options.seed = seed;
    auto const forest = grown(problem, options);
    Matrix const test = data.features(tested, Eigen::all);
    Matrix const said = weighted_outputs(forest.row_weights(test), problem.outputs);
    Matrix const measured = data.changes(tested, Eigen::all);
    out.out_of_bag +=
        out_of_bag_r2(forest.out_of_bag_weights(problem.features), problem.outputs) / 5;
    out.uniform += r2(said, measured, true) / 5;
    out.weighted += r2(said, measured, false) / 5;
    for (std::size_t i = 0; i < tested.size(); ++i)
      sum.row(tested[i]) += said.row(static_cast<Eigen::Index>(i)).leftCols(sum.cols());
  }
  return out;
}

}  // namespace

TEST_CASE("forests are scikit-learn's within Monte-Carlo error") {
  auto const file = shared_file("golden/regression/forest_summary.csv");
  auto const arrays = shared_file("golden/regression/forest.npz");
  if (!file || !arrays) return;
  CsvTable const expected(*file);
  NpzArrays const predictions(*arrays);
  constexpr int seeds = 10, their_seeds = 20;
  for (std::size_t line = 0; line < expected.rows(); ++line) {
    auto const& name = expected.text(line, "features");
    auto const data = golden_responses(name);
    if (!data) return;
    Matrix sum = Matrix::Zero(data->changes.rows(), 40);
    std::vector<Scores> scores;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) scores.push_back(one_seed(*data, seed, sum));
    auto const check = [&](std::string const& column, auto member) {
      double mean = 0, square = 0;
      for (auto const& one : scores) mean += one.*member / seeds;
      for (auto const& one : scores) square += std::pow(one.*member - mean, 2) / (seeds - 1);
      double const theirs = expected.number(line, column + "_mean");
      double const own = std::sqrt(square), other = expected.number(line, column + "_std");
      std::cout << name << ' ' << column << ": " << mean << " +- " << own << ", scikit-learn "
                << theirs << " +- " << other << '\n';
      CHECK(std::abs(mean - theirs) <
            3 * std::sqrt(own * own / seeds + other * other / their_seeds));
      CHECK(own < 2 * other);
      CHECK(own > other / 2);
    };
    check("oob_r2", &Scores::out_of_bag);
    check("test_r2_uniform", &Scores::uniform);
    check("test_r2_variance_weighted", &Scores::weighted);

    auto const mean = predictions.at(name + "_mean"), sd = predictions.at(name + "_sd");
    int beyond = 0, compared = 0;
    for (Eigen::Index i = 0; i < sum.rows(); ++i)
      for (Eigen::Index g = 0; g < 40 && data->fold[size_t(i)] >= 0; ++g, ++compared)
        if (std::abs(sum(i, g) / seeds - mean(i, g)) >
            4 * sd(i, g) * std::sqrt(1.0 / seeds + 1.0 / their_seeds))
          ++beyond;
    std::cout << name << ": " << beyond << " of " << compared << " predictions beyond 4 sd\n";
    CHECK(compared >= 149 * 40);
    CHECK(beyond <= compared / 500);  // sd is estimated from their 20: t has heavier tails
  }
}
