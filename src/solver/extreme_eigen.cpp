#include "solver/extreme_eigen.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace pertscale {

LeadingEigen extreme_eigen(Eigen::MatrixXd const& matrix, Eigen::Index count) {
  auto const high = leading_eigen(matrix, count), low = leading_eigen(-matrix, count);
  Eigen::Index const kept = high.values.size();
  LeadingEigen out{Eigen::VectorXd(kept), Eigen::MatrixXd(matrix.rows(), kept)};
  Eigen::Index h = 0, l = 0;
  for (Eigen::Index k = 0; k < kept; ++k) {
    bool const positive = std::abs(high.values[h]) >= std::abs(low.values[l]);
    out.values[k] = positive ? high.values[h] : -low.values[l];
    out.vectors.col(k) = positive ? high.vectors.col(h++) : low.vectors.col(l++);
  }
  return out;
}

}  // namespace pertscale
