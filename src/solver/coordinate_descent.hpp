#pragma once
#include <Eigen/Core>
#include <vector>

#include "solver/products.hpp"

namespace pertscale {

/// n times the objective, of centred and weighted rows: 1/2 |y - Xw|^2 + l1 |w|_1 + l2/2 |w|^2.
struct DescentProblem {
  Eigen::MatrixXd const& gram;     ///< X'X, both halves
  RowMatrix const& products;       ///< X'Y, features x outputs
  Eigen::VectorXd const& squares;  ///< y'y of each output
  double l1 = 0, l2 = 0;           ///< not negative, not both 0
  int max_iter = 1000;
  double tol = 1e-4;
};

struct Descent {
  RowMatrix coefficients;  ///< features x outputs
  std::vector<int> sweeps;
  std::vector<double> gaps;
};

/// Covariance updates: a coordinate's gradient is X'y - X'X w over the features that are not 0, of
/// a few outputs side by side in vector registers; an output that is done makes room for the next.
/// Time features x non-zero features x sweeps an output, whatever the number of rows.
Descent descend(DescentProblem const& problem);

}  // namespace pertscale
