#include "solver/gram_tree.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "solver/plain_tree.hpp"

using namespace pertscale;

namespace {

struct Problem {
  RowMatrix features, outputs, gram;
  std::vector<double> weights;
};

/// Columns: six continuous, two rounded, three of zeros and ones (one of them rarely one), one
/// constant, one whose values lie closer than single precision parts.
Problem made_problem(int rows, std::uint64_t seed) {
  RandomStream random(seed, "trees");
  Problem out{RowMatrix(rows, 13), RowMatrix(rows, 7), {}, {}};
  for (int i = 0; i < rows; ++i) {
    auto x = out.features.row(i);
    for (int f = 0; f < 6; ++f) x[f] = random.normal();
    x[6] = std::round(2 * random.normal());
    x[7] = std::max(0.0, std::round(random.normal()));
    x[8] = random.uniform() < 0.5 ? 1 : 0;
    x[9] = random.uniform() < 0.1 ? 1 : 0;
    x[10] = random.uniform() < 0.7 ? 1 : 0;
    x[11] = 3;
    x[12] = 0.1 + 6e-8 * static_cast<double>(random.below(8));
    for (int g = 0; g < 7; ++g)
      out.outputs(i, g) = std::tanh(x[g % 4]) + 0.5 * x[8] + 0.3 * random.normal();
    out.weights.push_back(1);
  }
  out.outputs.rowwise() -= out.outputs.colwise().mean().eval();
  multiply_transposed(out.outputs, out.outputs, out.gram);
  return out;
}

RegressionTree grown(Problem const& problem, TreeOptions const& options, std::uint64_t seed = 1) {
  RandomStream random(seed, "tree");
  return grow_tree(SortedFeatures(problem.features), problem.gram, problem.weights,
                   static_cast<double>(problem.outputs.cols()), options, random);
}

/// Follows the tree beside the plain twin: every node's numbers, that its split is a best one, that
/// leaves are leaves for a reason.
class Follow {
 public:
  Follow(Problem const& problem, TreeOptions const& options, RegressionTree const& tree)
      : problem_(problem),
        plain_{problem.features, problem.outputs, problem.weights, options.min_samples_leaf},
        options_(options),
        tree_(tree) {
    std::vector<int> rows;
    for (int i = 0; i < problem.features.rows(); ++i)
      if (problem.weights[size_t(i)] > 0) rows.push_back(i);
    check(0, rows, 0);
  }
  int inner = 0, leaves = 0;

 private:
  void check(int id, std::vector<int> const& rows, int depth) {
    auto const& node = tree_.nodes.at(size_t(id));
    double weight = 0;
    for (int const i : rows) weight += problem_.weights[size_t(i)];
    CHECK(node.samples == static_cast<int>(rows.size()));
    CHECK(node.weight == Approx(weight).epsilon(1e-14));
    CHECK(node.spread == Approx(plain_.spread(rows)).epsilon(1e-11).margin(1e-11));
    auto const splits = plain_.splits(rows);
    double best = -1;
    for (auto const& split : splits) best = std::max(best, split.gain);
    if (node.left < 0) {
      ++leaves;
      bool const deep = options_.max_depth > 0 && depth >= options_.max_depth;
      CHECK((deep || splits.empty() || plain_.spread(rows) < 1e-12));
      check_leaf(node, rows, weight);
      return;
    }
    ++inner;
    CHECK(node.gain == Approx(best).epsilon(1e-10).margin(1e-11));
    PlainNode::Split const own{node.feature, node.threshold, node.gain};
    auto const same = [&](PlainNode::Split const& one) {
      return one.feature == own.feature && std::abs(one.threshold - own.threshold) < 1e-15;
    };
    auto const found = std::find_if(splits.begin(), splits.end(), same);
    REQUIRE(found != splits.end());
    CHECK(found->gain == Approx(best).epsilon(1e-10).margin(1e-11));
    CHECK(node.left == id + 1);
    check(node.left, plain_.side(rows, own, true), depth + 1);
    check(node.right, plain_.side(rows, own, false), depth + 1);
  }
  void check_leaf(TreeNode const& node, std::vector<int> rows, double weight) {
    std::sort(rows.begin(), rows.end());
    auto const first = tree_.rows.begin() + node.first;
    REQUIRE(std::vector<int>(first, first + node.samples) == rows);
    for (std::size_t k = 0; k < rows.size(); ++k)
      CHECK(tree_.shares[size_t(node.first) + k] ==
            Approx(problem_.weights[size_t(rows[k])] / weight).epsilon(1e-14));
  }

  Problem const& problem_;
  PlainNode plain_;
  TreeOptions options_;
  RegressionTree const& tree_;
};

}  // namespace

TEST_CASE("a tree of four rows by hand") {
  Problem problem{RowMatrix(4, 1), RowMatrix(4, 1), {}, {1, 1, 1, 1}};
  problem.features << 0, 1, 2, 4;
  problem.outputs << -5, -5, 5, 5;
  multiply_transposed(problem.outputs, problem.outputs, problem.gram);

  auto const tree = grown(problem, {});

  REQUIRE(tree.nodes.size() == 3);
  CHECK(tree.nodes[0].threshold == 1.5);
  CHECK(tree.nodes[0].gain == Approx(100));
  CHECK(tree.rows == std::vector<int>{0, 1, 2, 3});
  CHECK(tree.leaf_of(std::vector<float>{1.5F}) == 1);
  CHECK(tree.leaf_of(std::vector<float>{1.6F}) == 2);
}

TEST_CASE("trees are those of the plain search over outputs") {
  for (std::uint64_t seed = 1; seed <= 3; ++seed)
    for (TreeOptions const options :
         {TreeOptions{}, TreeOptions{4, 1, 0}, TreeOptions{0, 3, 0}, TreeOptions{6, 10, 0}}) {
      INFO("seed " << seed << " depth " << options.max_depth << " leaf "
                   << options.min_samples_leaf);
      auto const problem = made_problem(60, seed);
      auto const tree = grown(problem, options);
      Follow const follow(problem, options, tree);
      CHECK(follow.inner + 1 == follow.leaves);
      CHECK(follow.inner > 2);
    }
}

TEST_CASE("weights and counts of a bootstrap enter as in the plain search") {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    auto problem = made_problem(60, seed);
    RandomStream random(seed, "weights");
    for (auto& weight : problem.weights)
      weight = static_cast<double>(random.below(3)) * (0.5 + random.uniform());
    auto const tree = grown(problem, {0, 2, 0}, seed);
    Follow const follow(problem, {0, 2, 0}, tree);
    CHECK(follow.inner > 2);
  }
}

TEST_CASE("whole weights are repeated rows, but for min-samples-leaf") {
  auto problem = made_problem(30, 4);
  std::vector<int> source;
  for (int i = 0; i < 30; ++i) {
    problem.weights[size_t(i)] = 1 + i % 3;
    for (int k = 0; k < 1 + i % 3; ++k) source.push_back(i);
  }
  Problem const repeated{problem.features(source, Eigen::all), problem.outputs(source, Eigen::all),
                         problem.gram(source, source), std::vector<double>(source.size(), 1)};

  auto const a = grown(problem, {3, 1, 0}), b = grown(repeated, {3, 1, 0});

  REQUIRE(a.nodes.size() == b.nodes.size());
  for (std::size_t i = 0; i < a.nodes.size(); ++i) {
    CHECK(a.nodes[i].weight == b.nodes[i].weight);
    CHECK(a.nodes[i].gain == Approx(b.nodes[i].gain).epsilon(1e-10).margin(1e-11));
  }
}

TEST_CASE("outputs all alike, or features all alike, give one leaf") {
  auto problem = made_problem(20, 5);
  auto const still = problem.gram;
  problem.gram.setZero();
  CHECK(grown(problem, {}).nodes.size() == 1);
  problem.gram = still;
  problem.features.setConstant(2);
  CHECK(grown(problem, {}).nodes.size() == 1);
}

TEST_CASE("of features that cut alike each is taken about equally often") {
  auto problem = made_problem(12, 6);
  for (int f = 1; f < 13; ++f)
    problem.features.col(f) = (f % 2 == 1 ? -1.0 : 3.0) * problem.features.col(0);
  std::vector<int> taken(13);
  for (std::uint64_t seed = 0; seed < 1300; ++seed)
    ++taken[size_t(grown(problem, {1, 1, 0}, seed).nodes[0].feature)];
  for (int const count : taken) CHECK(std::abs(count - 100) < 45);  // 4.7 standard deviations
}

TEST_CASE("with max_features some features are looked at, one that varies always") {
  auto const problem = made_problem(60, 7);
  PlainNode const plain{problem.features, problem.outputs, problem.weights, 1};
  std::vector<int> rows(60);
  std::iota(rows.begin(), rows.end(), 0);
  auto const splits = plain.splits(rows);
  std::set<int> taken;
  int leaves = 0;
  for (std::uint64_t seed = 0; seed < 240; ++seed) {
    auto const node = grown(problem, {1, 1, 1}, seed).nodes[0];
    if (node.left < 0) {
      ++leaves;  // the feature drawn varies from end to end, but no neighbours are apart
      continue;
    }
    taken.insert(node.feature);
    double best = 0;  // of the one feature
    for (auto const& split : splits)
      if (split.feature == node.feature) best = std::max(best, split.gain);
    CHECK(node.gain == Approx(best).epsilon(1e-10));
  }
  CHECK(taken.size() == 11);          // all but the constant one and the one without a cut
  CHECK(std::abs(leaves - 20) < 18);  // one of 12 that vary: 4.2 standard deviations

  auto const whole = grown(problem, {0, 1, 3}, 1);
  std::size_t rows_in_leaves = 0;
  for (auto const& node : whole.nodes) rows_in_leaves += node.left < 0 ? size_t(node.samples) : 0;
  CHECK(rows_in_leaves == 60);
}
