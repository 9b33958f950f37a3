#pragma once
#include "data/status.hpp"
#include "data/training_view.hpp"

namespace pertscale {

/// How profiles count in a mean over training conditions.
enum class MeanWeight {
  conditions,  ///< each condition alike
  cells        ///< by the cells behind it: the mean over all training cells
};

/// A mean profile, or why there is none.
struct TrainingMean {
  Vector profile;
  Status status;
};

/// Mean of the perturbed training profiles, control among them with `with_control`, added in the
/// order of the view, control last. `no_training` where no profile counts.
TrainingMean training_mean(TrainingView const& training, MeanWeight weight, bool with_control);

}  // namespace pertscale
