#include "model/linear_rows.hpp"

#include <algorithm>

namespace pertscale {

Matrix linear_rows(Matrix const& features, Eigen::RowVectorXd const& centre,
                   Matrix const& coefficients, Eigen::RowVectorXd const& offset) {
  constexpr Eigen::Index panel = 128;  // of coefficients, small enough to stay in a cache
  Matrix out = offset.replicate(features.rows(), 1);
  for (Eigen::Index from = 0; from < out.cols(); from += panel) {
    auto const count = std::min(panel, out.cols() - from);
    Matrix const part = coefficients.middleCols(from, count);
    for (Eigen::Index i = 0; i < features.rows(); ++i) {
      auto sum = out.row(i).segment(from, count);
      for (Eigen::Index j = 0; j < part.rows(); ++j)
        sum += (features(i, j) - centre[j]) * part.row(j);
    }
  }
  return out;
}

}  // namespace pertscale
