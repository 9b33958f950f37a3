#include "solver/gram_tree.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "solver/split_search.hpp"

namespace pertscale {
namespace {

struct Pending {
  SplitNode split;
  int parent = -1;
  bool left = false;
  int depth = 0;
};

class Growth {
 public:
  Growth(SplitSearch& search, double outputs, TreeOptions const& options, RandomStream& random)
      : search_(search), outputs_(outputs), options_(options), random_(random) {}

  RegressionTree grow(GramBlock block) {
    std::vector<Pending> stack;
    stack.push_back({search_.root(std::move(block))});
    while (!stack.empty()) {
      Pending node = std::move(stack.back());
      stack.pop_back();
      int const id = add(node);
      if (!may_split(node, tree_.nodes.back())) {
        finish_leaf(node);
        continue;
      }
      auto const choice = search_.choose(node.split, random_);
      if (choice.feature < 0) {
        finish_leaf(node);
        continue;
      }
      auto& made = tree_.nodes.back();
      made.feature = choice.feature;
      made.threshold = choice.threshold;
      made.gain = choice.gain;
      auto [left, right] = search_.split(std::move(node.split), choice);
      stack.push_back({std::move(right), id, false, node.depth + 1});
      stack.push_back({std::move(left), id, true, node.depth + 1});
    }
    return std::move(tree_);
  }

 private:
  int add(Pending const& node) {
    int const id = static_cast<int>(tree_.nodes.size());
    auto const& block = node.split.block;
    TreeNode made;
    made.samples = block.size();
    made.weight = block.total_weight();
    made.spread = block.total_norm() - block.total_reach() / made.weight;
    tree_.nodes.push_back(made);
    if (node.parent < 0) return id;
    auto& parent = tree_.nodes[static_cast<std::size_t>(node.parent)];
    (node.left ? parent.left : parent.right) = id;
    return id;
  }
  bool may_split(Pending const& pending, TreeNode const& node) const {
    if (options_.max_depth > 0 && pending.depth >= options_.max_depth) return false;
    if (node.samples < 2 || node.samples < 2 * options_.min_samples_leaf) return false;
    double const impure = std::max(std::numeric_limits<double>::epsilon() * outputs_ * node.weight,
                                   1e-13 * pending.split.block.total_norm());
    return node.spread > impure;
  }
  void finish_leaf(Pending const& pending) {
    auto& node = tree_.nodes.back();
    auto const& block = pending.split.block;
    node.first = static_cast<int>(tree_.rows.size());
    std::vector<int> order(static_cast<std::size_t>(block.size()));
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(),
              [&](int a, int b) { return block.source(a) < block.source(b); });
    for (int const i : order) {
      tree_.rows.push_back(block.source(i));
      tree_.shares.push_back(block.weight(i) / node.weight);
    }
  }

  SplitSearch& search_;
  double outputs_;
  TreeOptions options_;
  RandomStream& random_;
  RegressionTree tree_;
};

}  // namespace

int RegressionTree::leaf_of(std::span<float const> features) const {
  std::size_t at = 0;
  while (nodes[at].left >= 0) {
    auto const& node = nodes[at];
    auto const x = static_cast<double>(features[static_cast<std::size_t>(node.feature)]);
    at = static_cast<std::size_t>(x <= node.threshold ? node.left : node.right);
  }
  return static_cast<int>(at);
}

RegressionTree grow_tree(SortedFeatures const& features, RowMatrix const& gram,
                         std::span<double const> weights, double outputs,
                         TreeOptions const& options, RandomStream& random) {
  SplitSearch search(features, options);
  return Growth(search, outputs, options, random).grow(GramBlock(gram, weights));
}

}  // namespace pertscale
