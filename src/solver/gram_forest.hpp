#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "solver/gram_tree.hpp"
#include "solver/linear_algebra.hpp"

namespace pertscale {

/// Names and rules of scikit-learn's RandomForestRegressor.
struct ForestOptions {
  int trees = 100;
  TreeOptions tree;
  bool bootstrap = true;  ///< each tree sees as many draws with replacement as there are rows
  std::uint64_t seed = 0;
};

/// Y Y' of outputs (rows x outputs) less their weighted means, by the members of a team together;
/// the same bits for any number of members.
RowMatrix centred_gram(RowMatrix const& outputs, std::span<double const> weights,
                       LinearAlgebra const& algebra);

/// A forest of regression trees for any number of outputs. Tree t depends on (seed, t) alone, so
/// the members of a team grow some each and get the same bits whatever their number.
class GramForest {
 public:
  GramForest() = default;
  /// features: rows x dimensions, finite; gram: rows x rows, as from centred_gram; weights: of the
  /// rows, positive (they multiply a bootstrap's counts); outputs: how many the Gram matrix sums
  /// over.
  GramForest(RowMatrix const& features, RowMatrix const& gram, std::span<double const> weights,
             double outputs, ForestOptions const& options, LinearAlgebra const& algebra);

  std::vector<RegressionTree> const& trees() const { return trees_; }
  /// What a prediction averages: rows of `features` x training rows, each row adds to 1.
  RowMatrix row_weights(RowMatrix const& features) const;
  /// The same by the first `trees` trees, at least 1: the weights of a forest of that size.
  RowMatrix row_weights(RowMatrix const& features, std::size_t trees) const;
  /// The same for the training rows themselves (`features` as in the fit), each by the trees that
  /// did not see it; a row that every tree has seen has zeros.
  RowMatrix out_of_bag_weights(RowMatrix const& features) const;

 private:
  RowMatrix averaged(RowMatrix const& features, std::size_t trees, bool out_of_bag) const;

  Eigen::Index rows_ = 0;
  std::vector<RegressionTree> trees_;
};

/// Weighted means of training outputs: row_weights times outputs, by products of one shape
/// (product_rows rows), so a row's bits do not depend on the others.
RowMatrix weighted_outputs(RowMatrix const& row_weights, RowMatrix const& outputs);
inline constexpr Eigen::Index product_rows = 48;

/// Mean over outputs of 1 - (sum of squared errors) / (sum of squared distances from the mean), as
/// scikit-learn's oob_score_: an output without error counts 1, else a constant one 0. Rows of
/// weights 0 (seen by every tree) are left out.
double out_of_bag_r2(RowMatrix const& out_of_bag_weights, RowMatrix const& outputs);

}  // namespace pertscale
