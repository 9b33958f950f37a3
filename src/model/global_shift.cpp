#include "core/error.hpp"
#include "model/model.hpp"
#include "model/sbb_rows.hpp"

namespace pertscale {
namespace {

/// x = c0 + mean change of the training conditions, each alike. Where the training part has
/// combinations, of these alone, and singles are `not_applicable`: the shift that a combination has
/// whatever its genes. Without combinations it is perturbed-mean.
class GlobalShift final : public Model {
 public:
  void declare(OptionList&) override {}

  void fit(TrainingView const& training, std::uint64_t) override {
    control_ = training.control;
    rows_ = SbbRows(training);
    shift_ = Eigen::RowVectorXd::Zero(control_.size());
    for (auto const i : rows_.rows)
      shift_ += training.profiles.row(static_cast<Eigen::Index>(i)) - control_.transpose();
    if (!rows_.rows.empty()) shift_ /= static_cast<double>(rows_.rows.size());
  }

  Prediction predict(std::span<Condition const> held_out) const override {
    if (control_.size() == 0) throw InternalError("global-shift: predict before fit");
    Prediction prediction(held_out.size(), static_cast<std::size_t>(control_.size()));
    prediction.mean.rowwise() = control_.transpose() + shift_;
    for (std::size_t i = 0; i < held_out.size(); ++i)
      if (rows_.rows.empty())
        prediction.status[i] = Status("no_training");
      else if (!rows_.serves(held_out[i]))
        prediction.status[i] = Status("not_applicable");
    return prediction;
  }

 private:
  Vector control_;
  SbbRows rows_;
  Eigen::RowVectorXd shift_;
};

Registered<Model> const registered{{
    .name = "global-shift",
    .summary = "control plus the mean change of the training combinations (of singles without any)",
    .source = "SBB, Vollenweider & Buehlmann 2026, sbb-perturbation-benchmark, global_shift",
    .traits = {},
    .make = [] { return std::make_unique<GlobalShift>(); },
}};

}  // namespace
}  // namespace pertscale
