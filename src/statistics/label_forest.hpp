#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "data/matrix.hpp"
#include "solver/gram_forest.hpp"

namespace pertscale {

/// A random forest that tells labels apart, by the rules of scikit-learn's RandomForestClassifier:
/// Gini's impurity, sqrt(features) looked at in a node, bootstrap, the mean of the trees' shares.
/// It is grown as a forest of regression on one-hot labels: their squared deviation in a node is
/// its size times Gini's impurity, so the splits are the same. Which features and rows are drawn is
/// ours.
class LabelForest {
 public:
  /// cells: rows x features, finite; labels: of each row, 0 to kinds - 1. `seed` decides all draws.
  LabelForest(Matrix const& cells, std::vector<int> labels, int kinds, int trees,
              std::uint64_t seed);

  /// Share of each label.
  std::vector<double> shares(Profile features) const;
  /// The label of the largest share, of equal ones the lowest.
  std::size_t label_of(Profile features) const;

 private:
  GramForest forest_;
  std::vector<int> labels_;
  int kinds_;
};

}  // namespace pertscale
