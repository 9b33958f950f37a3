#pragma once
#include <Eigen/Core>
#include <vector>

#include "solver/linear_algebra.hpp"
#include "solver/products.hpp"

namespace pertscale {

/// The elastic net's objective, of each output y on its own:
///   1/(2n) sum_i s_i (y_i - x_i w - b)^2 + alpha l1_ratio |w|_1 + alpha (1 - l1_ratio)/2 |w|^2
/// with weights s scaled to the sum n. The intercept b has no penalty.
struct ElasticNetOptions {
  double alpha = 1;       ///< penalty, squared output units for features of unit size; positive
  double l1_ratio = 0.5;  ///< share of the absolute values: 1 lasso, 0 ridge with penalty alpha n
  int max_iter = 1000;    ///< sweeps over all features
  double tol = 1e-4;      ///< of the duality gap, as a part of y'y (y centred and weighted)
};

/// Coefficients of many outputs.
struct ElasticNetFit {
  RowMatrix coefficients;         ///< features x outputs
  Eigen::RowVectorXd features;    ///< weighted means of the features
  Eigen::RowVectorXd outputs;     ///< weighted means; b = outputs - features coefficients
  std::vector<int> sweeps;        ///< of each output
  std::vector<double> gaps;       ///< of each output at its end, of n times the objective
  std::size_t not_converged = 0;  ///< outputs that stopped at max_iter with a larger gap than asked
};

/// Cyclic coordinate descent as scikit-learn's ElasticNet does it (Friedman, Hastie & Tibshirani
/// 2010, J. Stat. Softw. 33(1)), the same iterates up to rounding: an output is done after the
/// first sweep whose largest change is at most tol times its largest coefficient and whose duality
/// gap is at most tol y'y, or before the first sweep where the gap of no coefficients is as small
/// (as scikit-learn has it since 1.8). Its screening of features, which leaves the solution as it
/// is, is not done. Features that do not vary get 0. Outputs do not depend on each other, so they
/// are shared in blocks among the members of `algebra`: the bits depend on its gram() alone.
/// features: rows x features; outputs: rows x outputs; weights: rows, positive.
ElasticNetFit fit_elastic_net(RowMatrix const& features, RowMatrix const& outputs,
                              Eigen::VectorXd const& weights, ElasticNetOptions const& options,
                              LinearAlgebra const& algebra);

}  // namespace pertscale
