#include "statistics/label_forest.hpp"

#include <algorithm>
#include <cmath>

namespace pertscale {

LabelForest::LabelForest(Matrix const& cells, std::vector<int> labels, int kinds, int trees,
                         std::uint64_t seed)
    : labels_(std::move(labels)), kinds_(kinds) {
  RowMatrix one_hot = RowMatrix::Zero(cells.rows(), kinds_);
  for (Eigen::Index i = 0; i < one_hot.rows(); ++i)
    one_hot(i, labels_[static_cast<std::size_t>(i)]) = 1;
  ForestOptions options;
  options.trees = trees;
  options.seed = seed;
  options.tree.max_features =
      std::max(1, static_cast<int>(std::sqrt(static_cast<double>(cells.cols()))));
  std::vector<double> const weights(labels_.size(), 1);
  auto const& algebra = own_linear_algebra();
  forest_ =
      GramForest(cells, centred_gram(one_hot, weights, algebra), weights, kinds_, options, algebra);
}

std::vector<double> LabelForest::shares(Profile features) const {
  RowMatrix const row = Eigen::Map<Eigen::RowVectorXd const>(
      features.data(), static_cast<Eigen::Index>(features.size()));
  RowMatrix const weights = forest_.row_weights(row);
  std::vector<double> out(static_cast<std::size_t>(kinds_), 0);
  for (std::size_t i = 0; i < labels_.size(); ++i)
    out[static_cast<std::size_t>(labels_[i])] += weights(0, static_cast<Eigen::Index>(i));
  return out;
}

std::size_t LabelForest::label_of(Profile features) const {
  auto const found = shares(features);
  return static_cast<std::size_t>(std::max_element(found.begin(), found.end()) - found.begin());
}

}  // namespace pertscale
