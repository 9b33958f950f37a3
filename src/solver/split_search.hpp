#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "core/random.hpp"
#include "solver/gram_block.hpp"
#include "solver/gram_tree.hpp"
#include "solver/sorted_features.hpp"

namespace pertscale {

/// A node on the way to its split: samples `first` to `first + block.size()` of every order.
struct SplitNode {
  GramBlock block;
  std::size_t first = 0;
  std::vector<int> active{};  ///< features not known to be constant, ascending
};

struct SplitChoice {
  int feature = -1;      ///< -1: there is none
  std::size_t left = 0;  ///< samples that go left
  double threshold = 0, gain = 0;
};

/// The best split of one node after another (see grow_tree). Holds for every feature the order of
/// the samples within each node, and beside it r.
class SplitSearch {
 public:
  SplitSearch(SortedFeatures const& features, TreeOptions const& options);

  SplitNode root(GramBlock block);
  /// Features found to be constant leave node.active.
  SplitChoice choose(SplitNode& node, RandomStream& random);
  /// The left and the right child.
  std::pair<SplitNode, SplitNode> split(SplitNode node, SplitChoice const& choice);

 private:
  struct Totals {
    double weight, reach;  ///< W and S of the node
  };
  struct Cut {
    std::size_t left;  ///< samples on the left
    double gain;
  };
  std::int32_t* order(int feature, SplitNode const& node) {
    return order_.data() + size_t(feature) * samples_ + node.first;
  }
  double* before(int feature, SplitNode const& node) {
    return before_.data() + size_t(feature) * samples_ + node.first;
  }
  /// r is carried from node to node: not where it is cheaper to sum it for few features.
  bool carries(int feature) const { return carry_ && !features_.mostly_one(feature); }
  float value(int feature, SplitNode const& node, std::int32_t sample) const {
    return features_.value(feature, node.block.source(sample));
  }
  std::vector<int> visited(SplitNode& node, RandomStream& random);
  bool constant(int feature, SplitNode const& node);
  /// Fills cuts_.
  void find_cuts(int feature, SplitNode const& node);
  void walk(int feature, SplitNode const& node);
  void walk_from_ends(int feature, SplitNode const& node);
  void sum_before(SplitNode const& node, std::int32_t const* order, std::size_t n, double* before);
  void sum_before_all(SplitNode const& node);
  void add_cut(std::size_t left, double weight, double own, double reach);
  bool may_cut(int feature, SplitNode const& node, std::int32_t const* order, std::size_t left);
  void part_order(int feature, SplitNode const& parent, GramBlock const& smaller,
                  GramBlock::Parting const& parting);

  SortedFeatures const& features_;
  TreeOptions options_;
  bool carry_;
  std::size_t samples_ = 0;  ///< of the tree
  std::vector<std::int32_t> order_;
  std::vector<double> before_;
  std::vector<int> shuffled_;

  Totals totals_{};
  std::vector<Cut> cuts_;
  std::vector<double> best_, sums_, scratch_;
  std::vector<std::int32_t> aside_;
};

}  // namespace pertscale
