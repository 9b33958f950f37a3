#include "model/training_mean.hpp"

namespace pertscale {

TrainingMean training_mean(TrainingView const& training, MeanWeight weight, bool with_control) {
  auto const weight_of = [&](std::int64_t cells) {
    return weight == MeanWeight::cells ? static_cast<double>(cells) : 1.0;
  };
  Vector sum = Vector::Zero(training.control.size());
  double total = 0;
  for (std::size_t i = 0; i < training.size(); ++i) {
    double const w = weight_of(training.cells[i]);
    sum += w * training.profiles.row(static_cast<Eigen::Index>(i)).transpose();
    total += w;
  }
  if (with_control) {
    double const w = weight_of(training.control_cells);
    sum += w * training.control;
    total += w;
  }
  if (!(total > 0)) return {training.control, Status("no_training")};
  return {sum / total, {}};
}

}  // namespace pertscale
