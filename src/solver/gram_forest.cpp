#include "solver/gram_forest.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace pertscale {
namespace {

constexpr Eigen::Index gram_rows = 128;  ///< of a piece of the Gram matrix

/// Numbers that a member sends for a tree.
std::vector<double> packed(RegressionTree const& tree) {
  std::vector<double> out{static_cast<double>(tree.nodes.size())};
  for (auto const& node : tree.nodes)
    for (double const x :
         {double(node.left), double(node.right), double(node.feature), node.threshold, node.weight,
          node.spread, node.gain, double(node.samples), double(node.first)})
      out.push_back(x);
  out.insert(out.end(), tree.rows.begin(), tree.rows.end());
  out.insert(out.end(), tree.shares.begin(), tree.shares.end());
  return out;
}

RegressionTree unpacked(std::span<double const> numbers) {
  RegressionTree tree;
  auto const next = [&] {
    double const x = numbers.front();
    numbers = numbers.subspan(1);
    return x;
  };
  auto const whole = [&] { return static_cast<int>(next()); };
  tree.nodes.resize(static_cast<std::size_t>(next()));
  for (auto& node : tree.nodes) {
    node.left = whole();
    node.right = whole();
    node.feature = whole();
    node.threshold = next();
    node.weight = next();
    node.spread = next();
    node.gain = next();
    node.samples = whole();
    node.first = whole();
  }
  std::size_t const rows = numbers.size() / 2;
  for (std::size_t i = 0; i < rows; ++i) tree.rows.push_back(whole());
  tree.shares.assign(numbers.begin(), numbers.end());
  return tree;
}

}  // namespace

RowMatrix centred_gram(RowMatrix const& outputs, std::span<double const> weights,
                       LinearAlgebra const& algebra) {
  Eigen::Map<Eigen::VectorXd const> const w(weights.data(),
                                            static_cast<Eigen::Index>(weights.size()));
  Eigen::RowVectorXd mean = Eigen::RowVectorXd::Zero(outputs.cols());
  double total = 0;
  for (Eigen::Index i = 0; i < outputs.rows(); ++i) {
    mean += w[i] * outputs.row(i);
    total += w[i];
  }
  mean /= total;
  RowMatrix const centred = outputs.rowwise() - mean;
  Eigen::Index const n = outputs.rows();
  RowMatrix out(n, n);
  auto const first = [](std::size_t piece) { return static_cast<Eigen::Index>(piece) * gram_rows; };
  algebra.share(
      static_cast<std::size_t>((n + gram_rows - 1) / gram_rows),
      [&](std::size_t piece) {
        Eigen::Index const at = first(piece), rows = std::min(gram_rows, n - at);
        RowMatrix part;
        multiply_transposed(centred.middleRows(at, rows), centred.topRows(at + rows), part);
        return std::vector<double>(part.data(), part.data() + part.size());
      },
      [&](std::size_t piece, std::span<double const> part) {
        Eigen::Index const at = first(piece), rows = std::min(gram_rows, n - at);
        out.block(at, 0, rows, at + rows) =
            Eigen::Map<RowMatrix const>(part.data(), rows, at + rows);
      });
  out.triangularView<Eigen::StrictlyUpper>() = out.transpose();
  return out;
}

GramForest::GramForest(RowMatrix const& features, RowMatrix const& gram,
                       std::span<double const> weights, double outputs,
                       ForestOptions const& options, LinearAlgebra const& algebra)
    : rows_(features.rows()) {
  if (gram.rows() != rows_ || gram.cols() != rows_ || std::ssize(weights) != rows_)
    throw InternalError("a forest's Gram matrix and weights do not fit its features");
  SortedFeatures const sorted(features);
  auto const grow = [&](std::size_t t) {
    RandomStream random(options.seed, stream_key("forest/tree") + t);
    std::vector<double> drawn(weights.begin(), weights.end());
    if (options.bootstrap) {
      std::vector<int> counts(drawn.size());
      for (std::size_t i = 0; i < drawn.size(); ++i) ++counts[random.below(drawn.size())];
      for (std::size_t i = 0; i < drawn.size(); ++i) drawn[i] *= counts[i];
    }
    return packed(grow_tree(sorted, gram, drawn, outputs, options.tree, random));
  };
  algebra.share(
      static_cast<std::size_t>(options.trees), grow,
      [&](std::size_t, std::span<double const> numbers) { trees_.push_back(unpacked(numbers)); });
}

RowMatrix GramForest::averaged(RowMatrix const& features, std::size_t trees,
                               bool out_of_bag) const {
  RowMatrix out = RowMatrix::Zero(features.rows(), rows_);
  Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> const x =
      features.cast<float>();
  std::vector<int> used(static_cast<std::size_t>(features.rows()));
  std::vector<char> in_bag;
  for (auto const& tree : std::span(trees_).first(trees)) {
    if (out_of_bag) {
      in_bag.assign(static_cast<std::size_t>(rows_), 0);
      for (int const row : tree.rows) in_bag[size_t(row)] = 1;
    }
    for (Eigen::Index i = 0; i < out.rows(); ++i) {
      if (out_of_bag && in_bag[size_t(i)] != 0) continue;
      ++used[size_t(i)];
      auto const leaf = tree.leaf_of({x.row(i).data(), static_cast<std::size_t>(x.cols())});
      auto const& node = tree.nodes[size_t(leaf)];
      for (int k = node.first; k < node.first + node.samples; ++k)
        out(i, tree.rows[size_t(k)]) += tree.shares[size_t(k)];
    }
  }
  for (Eigen::Index i = 0; i < out.rows(); ++i) out.row(i) /= std::max(1, used[size_t(i)]);
  return out;
}

RowMatrix GramForest::row_weights(RowMatrix const& features) const {
  return row_weights(features, trees_.size());
}

RowMatrix GramForest::row_weights(RowMatrix const& features, std::size_t trees) const {
  if (trees < 1 || trees > trees_.size())
    throw InternalError("a forest has no such number of trees");
  return averaged(features, trees, false);
}

RowMatrix GramForest::out_of_bag_weights(RowMatrix const& features) const {
  return averaged(features, trees_.size(), true);
}

RowMatrix weighted_outputs(RowMatrix const& row_weights, RowMatrix const& outputs) {
  RowMatrix out(row_weights.rows(), outputs.cols()), part(product_rows, row_weights.cols()),
      product;
  for (Eigen::Index at = 0; at < out.rows(); at += product_rows) {
    Eigen::Index const rows = std::min(product_rows, out.rows() - at);
    part.setZero();
    part.topRows(rows) = row_weights.middleRows(at, rows);
    multiply(part, outputs, product);
    out.middleRows(at, rows) = product.topRows(rows);
  }
  return out;
}

double out_of_bag_r2(RowMatrix const& out_of_bag_weights, RowMatrix const& outputs) {
  std::vector<Eigen::Index> rows;
  for (Eigen::Index i = 0; i < outputs.rows(); ++i)
    if (out_of_bag_weights.row(i).maxCoeff() > 0) rows.push_back(i);
  RowMatrix const said = weighted_outputs(out_of_bag_weights(rows, Eigen::all), outputs);
  RowMatrix const measured = outputs(rows, Eigen::all);
  Eigen::RowVectorXd const error = (said - measured).colwise().squaredNorm();
  Eigen::RowVectorXd const spread =
      (measured.rowwise() - measured.colwise().mean()).colwise().squaredNorm();
  double sum = 0;
  for (Eigen::Index g = 0; g < error.size(); ++g)
    if (spread[g] > 0)
      sum += 1 - error[g] / spread[g];
    else
      sum += error[g] == 0 ? 1 : 0;
  return sum / static_cast<double>(error.size());
}

}  // namespace pertscale
