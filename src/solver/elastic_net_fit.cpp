#include "solver/elastic_net_fit.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "solver/coordinate_descent.hpp"

namespace pertscale {

namespace {

constexpr Eigen::Index block = 64;  ///< outputs that a member of a team fits at once

/// Weighted mean of the rows, added in their order.
Eigen::RowVectorXd mean_of(RowMatrix const& rows, Eigen::VectorXd const& weights) {
  Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(rows.cols());
  double total = 0;
  for (Eigen::Index i = 0; i < rows.rows(); ++i) {
    sum += weights[i] * rows.row(i);
    total += weights[i];
  }
  return sum / total;
}

/// Block `number` of the outputs, centred and weighted by roots of the weights.
RowMatrix outputs_of(RowMatrix const& outputs, ElasticNetFit const& fit,
                     Eigen::VectorXd const& roots, std::size_t number) {
  auto const from = static_cast<Eigen::Index>(number) * block;
  auto const count = std::min(block, outputs.cols() - from);
  RowMatrix y = outputs.middleCols(from, count).rowwise() - fit.outputs.segment(from, count);
  for (Eigen::Index i = 0; i < y.rows(); ++i) y.row(i) *= roots[i];
  return y;
}

}  // namespace

ElasticNetFit fit_elastic_net(RowMatrix const& features, RowMatrix const& outputs,
                              Eigen::VectorXd const& weights, ElasticNetOptions const& options,
                              LinearAlgebra const& algebra) {
  auto const rows = features.rows();
  if (rows == 0 || outputs.rows() != rows || weights.size() != rows)
    throw InternalError("fit_elastic_net: shapes do not fit");
  auto const n = static_cast<double>(rows);
  ElasticNetFit fit;
  fit.features = mean_of(features, weights);
  fit.outputs = mean_of(outputs, weights);
  double total = 0;
  for (Eigen::Index i = 0; i < rows; ++i) total += weights[i];
  Eigen::VectorXd const roots = (weights * (n / total)).cwiseSqrt();
  RowMatrix x = features.rowwise() - fit.features;
  for (Eigen::Index i = 0; i < rows; ++i) x.row(i) *= roots[i];
  Eigen::MatrixXd const gram = algebra.gram(x);
  RowMatrix const transposed = x.transpose();

  auto const work = [&](std::size_t number) {
    auto const y = outputs_of(outputs, fit, roots, number);
    RowMatrix products;
    multiply(transposed, y, products);
    Eigen::VectorXd squares = Eigen::VectorXd::Zero(y.cols());
    for (Eigen::Index i = 0; i < rows; ++i) squares += y.row(i).cwiseAbs2().transpose();
    auto const done =
        descend({gram, products, squares, n * options.alpha * options.l1_ratio,
                 n * options.alpha * (1 - options.l1_ratio), options.max_iter, options.tol});
    std::vector<double> out(done.coefficients.data(),
                            done.coefficients.data() + done.coefficients.size());
    out.insert(out.end(), done.gaps.begin(), done.gaps.end());
    for (auto const sweeps : done.sweeps) out.push_back(sweeps);
    for (Eigen::Index o = 0; o < y.cols(); ++o)
      out.push_back(done.gaps[static_cast<std::size_t>(o)] <= options.tol * squares[o] ? 0 : 1);
    return out;
  };
  fit.coefficients.resize(features.cols(), outputs.cols());
  auto const take = [&](std::size_t number, std::span<double const> values) {
    auto const from = static_cast<Eigen::Index>(number) * block;
    auto const count = std::min(block, outputs.cols() - from);
    fit.coefficients.middleCols(from, count) =
        Eigen::Map<RowMatrix const>(values.data(), features.cols(), count);
    auto const* at = values.data() + features.cols() * count;
    fit.gaps.insert(fit.gaps.end(), at, at + count);
    for (Eigen::Index o = 0; o < count; ++o) {
      fit.sweeps.push_back(static_cast<int>(at[count + o]));
      fit.not_converged += at[2 * count + o] != 0;
    }
  };
  algebra.share(static_cast<std::size_t>((outputs.cols() + block - 1) / block), work, take);
  return fit;
}

}  // namespace pertscale
