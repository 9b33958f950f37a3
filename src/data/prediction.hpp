#pragma once
#include <limits>
#include <vector>

#include "data/matrix.hpp"
#include "data/status.hpp"

namespace pertscale {

/// What a model says of held-out conditions, in the order it was asked.
struct Prediction {
  Matrix mean;                 ///< held-out conditions x genes, absolute expression
  std::vector<Status> status;  ///< one a condition; where not ok, the row of `mean` means nothing
  /// Control profiles that the prediction brings along, contexts x genes; no row: none. Of a model,
  /// which predicts one context at a time, one row. Metrics with a `control=own` of theirs count
  /// predicted changes from it.
  Matrix own_control;

  Prediction() = default;
  Prediction(std::size_t conditions, std::size_t genes)
      : mean(Matrix::Constant(static_cast<Eigen::Index>(conditions),
                              static_cast<Eigen::Index>(genes),
                              std::numeric_limits<double>::quiet_NaN())),
        status(conditions) {}
};

}  // namespace pertscale
