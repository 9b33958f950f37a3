#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <compare>
#include <numeric>
#include <vector>

#include "core/text.hpp"
#include "model/feature_model.hpp"
#include "solver/gram_forest.hpp"

namespace pertscale {
namespace {

/// A whole number that is at least `least`, as text.
std::optional<int> whole(std::string const& text, int least) {
  auto const value = parse_double(text);
  if (!value || *value != std::floor(*value) || *value < least || *value > 1e9) return std::nullopt;
  return static_cast<int>(*value);
}

std::string check_depth(std::string const& text) {
  return text == "none" || whole(text, 0) ? "" : "takes none (or 0), or a whole number";
}

std::string check_features(std::string const& text) {
  return text == "all" || text == "sqrt" || whole(text, 1)
             ? ""
             : "takes all, sqrt or a whole number of at least 1";
}

/// Mean of regression trees on all genes together (scikit-learn's RandomForestRegressor), grown
/// from the Gram matrix of the changes. Trees are drawn over the rows sorted by their features and
/// changes, so the order of the training conditions is irrelevant.
class RandomForest final : public FeatureModel {
 public:
  double flops(double training, double held_out, double genes) const override {
    double const features = 256;
    return training * genes * (training + 2 * held_out) +
           trees_ * features * training * training * 2;
  }

 private:
  void declare_own(OptionList& options) override {
    options.add("n-estimators", trees_, "trees").at_least(1).at_most(100000);
    options.add("max-depth", depth_, "of a tree: none (0 is the same), or splits to a leaf")
        .checked(check_depth);
    options.add("min-samples-leaf", least_, "training rows that a leaf holds at least").at_least(1);
    options
        .add("max-features", features_,
             "looked at in a node: all, sqrt of their number, or a number (all where there are "
             "fewer)")
        .checked(check_features);
    options.add("bootstrap", bootstrap_, "each tree sees a draw with replacement of the rows");
  }
  std::vector<double> published_grid() const override { return {100, 300}; }
  void set_tuned(double value) override { trees_ = static_cast<int>(value); }
  bool tunes_a_count() const override { return true; }

  void prepare_tuning(FeatureRows const& rows, std::vector<double> const& values) override;
  Status fit_rows(FeatureRows const& rows) override;
  void grow(FeatureRows const& rows);
  Matrix predict_rows(Matrix const& features) const override;

  int trees_ = 100, least_ = 1;
  std::string depth_ = "none", features_ = "all";
  bool bootstrap_ = true;

  GramForest forest_;   ///< at least trees_ trees
  bool grown_ = false;  ///< for every number of trees that is tried
  Matrix changes_;      ///< in the forest's order of rows
};

/// Rows by features, then changes, then weights.
std::vector<Eigen::Index> sorted_rows(FeatureRows const& rows) {
  std::vector<Eigen::Index> order(static_cast<std::size_t>(rows.features.rows()));
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  auto const compare = [](Matrix const& values, Eigen::Index a, Eigen::Index b) {
    auto const x = values.row(a), y = values.row(b);
    return std::lexicographical_compare_three_way(x.begin(), x.end(), y.begin(), y.end(),
                                                  [](double p, double q) { return p <=> q; });
  };
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
    if (auto const by = compare(rows.features, a, b); std::is_neq(by)) return std::is_lt(by);
    if (auto const by = compare(rows.changes, a, b); std::is_neq(by)) return std::is_lt(by);
    return rows.weights[a] < rows.weights[b];
  });
  return order;
}

/// Tree t does not depend on how many there are, so the largest forest holds the others as its
/// first trees.
void RandomForest::prepare_tuning(FeatureRows const& rows, std::vector<double> const& values) {
  trees_ = static_cast<int>(*std::max_element(values.begin(), values.end()));
  grow(rows);
  grown_ = true;
}

Status RandomForest::fit_rows(FeatureRows const& rows) {
  if (!grown_) grow(rows);
  return {};
}

void RandomForest::grow(FeatureRows const& rows) {
  auto const order = sorted_rows(rows);
  Matrix const features = rows.features(order, Eigen::all);
  Vector const weights = rows.weights(order);
  changes_ = rows.changes(order, Eigen::all);
  ForestOptions options;
  options.trees = trees_;
  options.bootstrap = bootstrap_;
  options.seed = rows.seed;
  options.tree.max_depth = depth_ == "none" ? 0 : *whole(depth_, 0);
  options.tree.min_samples_leaf = least_;
  if (features_ == "sqrt")
    options.tree.max_features =
        std::max(1, static_cast<int>(std::sqrt(static_cast<double>(features.cols()))));
  else if (features_ != "all")
    options.tree.max_features = *whole(features_, 1);
  std::span<double const> const w(weights.data(), static_cast<std::size_t>(weights.size()));
  forest_ = GramForest(features, centred_gram(changes_, w, algebra()), w,
                       static_cast<double>(changes_.cols()), options, algebra());
}

/// The members of a team predict blocks of rows each.
Matrix RandomForest::predict_rows(Matrix const& features) const {
  Matrix out(features.rows(), changes_.cols());
  auto const block = [&](std::size_t piece) {
    Eigen::Index const first = static_cast<Eigen::Index>(piece) * product_rows;
    return out.middleRows(first, std::min(product_rows, out.rows() - first));
  };
  algebra().share(
      static_cast<std::size_t>((out.rows() + product_rows - 1) / product_rows),
      [&](std::size_t piece) {
        Matrix const own = features.middleRows(static_cast<Eigen::Index>(piece) * product_rows,
                                               block(piece).rows());
        Matrix const said =
            weighted_outputs(forest_.row_weights(own, static_cast<std::size_t>(trees_)), changes_);
        return std::vector<double>(said.data(), said.data() + said.size());
      },
      [&](std::size_t piece, std::span<double const> said) {
        auto rows = block(piece);
        rows = Eigen::Map<Matrix const>(said.data(), rows.rows(), rows.cols());
      });
  return out;
}

Registered<Model> const registered{{
    .name = "random-forest",
    .summary = "mean of regression trees of the change on features of the perturbed genes",
    .source = "scikit-learn RandomForestRegressor; Csendes et al. 2025, BMC Genomics 26:393",
    .traits = {.stochastic = true, .team = true, .validates = true},
    .make = [] { return std::make_unique<RandomForest>(); },
}};

}  // namespace
}  // namespace pertscale
