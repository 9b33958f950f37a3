#include <map>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "model/model.hpp"

namespace pertscale {
namespace {

/// x_hat = c0 + (1 - shrink) * mean change of the same perturbation over the training contexts,
/// each profile weighted alike; c0 is the control of the target context.
class ContextMean final : public Model {
 public:
  void declare(OptionList& options) override {
    options
        .add("shrink", shrink_,
             "fraction of the mean change taken away: 0 none, 1 predicts no change")
        .at_least(0)
        .at_most(1);
  }

  void fit(TrainingView const& training, std::uint64_t) override {
    control_ = training.control;
    deltas_.clear();
    for (auto const& profile : training.elsewhere) {
      auto const& condition = training.elsewhere_conditions[profile.condition];
      auto& [sum, count] = deltas_[condition.targets];
      if (count == 0) sum = Vector::Zero(control_.size());
      sum += profile.delta;
      ++count;
    }
  }

  Prediction predict(std::span<Condition const> held_out) const override {
    if (control_.size() == 0) throw InternalError("context-mean: predict before fit");
    Prediction prediction(held_out.size(), static_cast<std::size_t>(control_.size()));
    for (std::size_t i = 0; i < held_out.size(); ++i) {
      auto const found = deltas_.find(held_out[i].targets);
      if (found == deltas_.end()) {
        prediction.status[i] = Status("no_match");
        continue;
      }
      double const factor = (1 - shrink_) / found->second.count;
      prediction.mean.row(static_cast<Eigen::Index>(i)) =
          (control_ + factor * found->second.sum).transpose();
    }
    return prediction;
  }

 private:
  struct Deltas {
    Vector sum;
    int count = 0;
  };

  double shrink_ = 0;
  Vector control_;
  std::map<std::vector<std::string>, Deltas> deltas_;  ///< by the perturbed genes
};

Registered<Model> const registered{{
    .name = "context-mean",
    .summary = "control plus the mean change of the same perturbation in the training contexts",
    .source = "transfer of the mean change, the simple baseline of tasks on unseen contexts",
    .traits = {.across_contexts = true},
    .make = [] { return std::make_unique<ContextMean>(); },
}};

}  // namespace
}  // namespace pertscale
