#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/random.hpp"
#include "solver/sorted_features.hpp"

namespace pertscale {

/// Names and rules of scikit-learn's DecisionTreeRegressor (squared error).
struct TreeOptions {
  int max_depth = 0;         ///< 0: no bound
  int min_samples_leaf = 1;  ///< rows of positive weight, each counted once
  int max_features = 0;      ///< looked at in a node, drawn at random; 0: all
};

struct TreeNode {
  int left = -1, right = -1;  ///< children; -1: a leaf
  int feature = -1;
  double threshold = 0;  ///< left if the feature in single precision is not above it
  double weight = 0;     ///< of its rows
  double spread = 0;     ///< weighted sum of squared distances from the mean, over all outputs
  double gain = 0;       ///< what the split takes off the spread
  int samples = 0;       ///< rows of positive weight
  int first = 0;  ///< leaf: its rows are RegressionTree::rows[first], ... (`samples` of them)
};

/// A regression tree for any number of outputs, which it does not hold: a leaf predicts the
/// weighted mean of the outputs of its rows.
struct RegressionTree {
  std::vector<TreeNode> nodes;  ///< depth first, left first
  std::vector<int> rows;        ///< of the leaves, one after another
  std::vector<double> shares;   ///< of each of them in its leaf; of a leaf they add to 1

  /// Number of the leaf of features in single precision.
  int leaf_of(std::span<float const> features) const;
};

/// Grows a tree from the Gram matrix (rows x rows, both halves) of outputs that are centred (any
/// shift gives the same tree but for rounding) and weights of the rows (not negative).
///
/// The gain of a split is W / (w_L w_R) (s - 2 p c + p^2 S) where S is the sum of the node's block
/// of A_ij = w_i y_i'y_j w_j, s that of the left rows' own block, c that of their rows in the
/// node's, p = w_L / W. Along a feature's order s grows by 2 r + A_ii, r being the sum of A over
/// the rows before. A child takes its r over: the larger one less what the smaller one's rows had
/// given, the smaller one anew. So a split of m samples, m' in the smaller child, costs
/// O(features m (1 + m')) whatever the number of outputs.
///
/// Rules are scikit-learn's: values closer than 1e-7 count as equal, thresholds are midpoints, a
/// node is a leaf when its mean squared deviation per output is not above 2.2e-16 (here also not
/// above 1e-13 of its mean square), and constant features count among the max_features drawn though
/// one that varies is always looked at. Of splits whose gains differ by less than 1e-12 of the
/// node's sum of squares scikit-learn takes a random one; here the feature with the smallest hash
/// of (a number drawn for the node, the feature), and of its cuts the lowest.
RegressionTree grow_tree(SortedFeatures const& features, RowMatrix const& gram,
                         std::span<double const> weights, double outputs,
                         TreeOptions const& options, RandomStream& random);

}  // namespace pertscale
