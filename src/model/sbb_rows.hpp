#pragma once
#include <vector>

#include "data/training_view.hpp"

namespace pertscale {

/// The training conditions that SBB's simple models use: where the training part has combinations
/// these alone, and then only combinations are predicted.
struct SbbRows {
  bool combinations = false;
  std::vector<std::size_t> rows;

  explicit SbbRows(TrainingView const& training) {
    for (auto const& condition : training.conditions)
      combinations = combinations || condition.order() > 1;
    for (std::size_t i = 0; i < training.size(); ++i)
      if (serves(training.conditions[i])) rows.push_back(i);
  }
  SbbRows() = default;

  bool serves(Condition const& condition) const {
    return combinations ? condition.order() > 1 : !condition.is_control();
  }
};

}  // namespace pertscale
