// Beside scikit-learn's trees of golden/regression, within the tolerances of its README.
#include <catch2/catch.hpp>
#include <set>

#include "golden_responses.hpp"
#include "solver/gram_tree.hpp"

using namespace pertscale;

namespace {

struct Fitted {
  RegressionTree tree;
  std::vector<Eigen::Index> trained;
};

Fitted fitted(GoldenResponses const& data, int fold, TreeOptions const& options) {
  Fitted out{{}, data.trained(fold)};
  RowMatrix outputs = data.changes(out.trained, Eigen::all), gram;
  outputs.rowwise() -= outputs.colwise().mean().eval();
  multiply_transposed(outputs, outputs, gram);
  RandomStream random(1, "tree");
  std::vector<double> const weights(out.trained.size(), 1);
  out.tree = grow_tree(SortedFeatures(data.features(out.trained, Eigen::all)), gram, weights,
                       static_cast<double>(outputs.cols()), options, random);
  return out;
}

Eigen::RowVectorXd prediction(Fitted const& fit, GoldenResponses const& data, Eigen::Index row) {
  Eigen::RowVectorXf const x = data.features.row(row).cast<float>();
  auto const& leaf =
      fit.tree.nodes[size_t(fit.tree.leaf_of({x.data(), static_cast<std::size_t>(x.size())}))];
  Eigen::RowVectorXd out = Eigen::RowVectorXd::Zero(data.changes.cols());
  for (int k = leaf.first; k < leaf.first + leaf.samples; ++k)
    out += fit.tree.shares[size_t(k)] *
           data.changes.row(fit.trained[size_t(fit.tree.rows[size_t(k)])]);
  return out;
}

/// Nodes whose split is the only best one, below none that is tied: ours must be the same.
int compare_nodes(RegressionTree const& tree, CsvTable const& table, int fold, double outputs) {
  std::map<int, std::size_t> line;
  for (std::size_t i = 0; i < table.rows(); ++i)
    if (table.number(i, "fold") == fold) line[static_cast<int>(table.number(i, "node"))] = i;
  int compared = 0;
  std::vector<std::pair<int, int>> stack{{0, 0}};  // ours, theirs
  while (!stack.empty()) {
    auto const [own, other] = stack.back();
    stack.pop_back();
    auto const& node = tree.nodes.at(size_t(own));
    auto const i = line.at(other);
    CHECK(node.samples == table.number(i, "n_samples"));
    CHECK(std::abs(node.spread / node.weight / outputs - table.number(i, "impurity")) < 1e-10);
    ++compared;
    auto const feature = static_cast<int>(table.number(i, "feature"));
    CHECK((node.left < 0) == (feature < 0));
    if (node.left < 0 || feature < 0) continue;
    CHECK(std::abs(node.gain / node.weight / outputs - table.number(i, "gain")) < 1e-10);
    if (table.number(i, "n_tied_features") != 1) continue;
    CHECK(node.feature == feature);
    CHECK(std::abs(node.threshold - table.number(i, "threshold")) < 1e-12);
    stack.emplace_back(node.left, static_cast<int>(table.number(i, "left")));
    stack.emplace_back(node.right, static_cast<int>(table.number(i, "right")));
  }
  return compared;
}

}  // namespace

TEST_CASE("trees are scikit-learn's: nodes, thresholds, gains, predictions") {
  auto const data = golden_responses("enformer");
  auto const file = shared_file("golden/regression/trees.npz");
  if (!data || !file) return;
  NpzArrays const expected(*file);
  for (auto const& [name, options, nodes] :
       {std::tuple{"depthnone_leaf1", TreeOptions{}, 28},
        std::tuple{"depthnone_leaf3", TreeOptions{0, 3, 0}, 116},
        std::tuple{"depth6_leaf1", TreeOptions{6, 1, 0}, 16},
        std::tuple{"depth6_leaf3", TreeOptions{6, 3, 0}, 26},
        std::tuple{"depth6_leaf10", TreeOptions{6, 10, 0}, 32}}) {
    INFO(name);
    std::string const key = std::string("tree_enformer_") + name;
    auto const predicted = expected.at(key);
    auto const unique = expected.at(key + "_unique_path");
    CsvTable const table(*shared_file("golden/regression/" + key + ".csv"));
    int compared = 0, rows = 0;
    for (int fold = 0; fold < 5; ++fold) {
      auto const fit = fitted(*data, fold, options);
      if (fold < 2)
        compared += compare_nodes(fit.tree, table, fold, static_cast<double>(data->changes.cols()));
      for (auto const row : data->tested(fold)) {
        if (unique(row, 0) != 1) continue;
        ++rows;
        Eigen::RowVectorXd const own = prediction(fit, *data, row).leftCols(predicted.cols());
        CHECK((own - predicted.row(row)).cwiseAbs().maxCoeff() < 1e-11);
      }
    }
    std::cout << key << ": " << compared << " nodes and " << rows << " rows compared\n";
    CHECK(compared == nodes);  // all that scikit-learn's table leaves no doubt about
    CHECK(rows == unique.sum());
  }
}
