#include "core/error.hpp"
#include "model/model.hpp"
#include "model/training_mean.hpp"

namespace pertscale {
namespace {

/// One profile for every held-out condition: the mean of the training profiles. The mean of Nature
/// Methods 2025 (section 3.1) is `with-control=yes`, that of Systema (section 2.3) `weight=cells`,
/// that of Csendes et al. (section 3.2) the default.
class PerturbedMean final : public Model {
 public:
  void declare(OptionList& options) override {
    options
        .add("weight", weight_,
             "how training conditions count: each alike, or by the cells behind it")
        .one_of({"conditions", "cells"});
    options.add("with-control", with_control_, "count the control profile as one more condition");
  }

  void fit(TrainingView const& training, std::uint64_t) override {
    auto const weight = weight_ == "cells" ? MeanWeight::cells : MeanWeight::conditions;
    mean_ = training_mean(training, weight, with_control_);
  }

  Prediction predict(std::span<Condition const> held_out) const override {
    if (mean_.profile.size() == 0) throw InternalError("perturbed-mean: predict before fit");
    Prediction prediction(held_out.size(), static_cast<std::size_t>(mean_.profile.size()));
    prediction.mean.rowwise() = mean_.profile.transpose();
    prediction.status.assign(held_out.size(), mean_.status);
    return prediction;
  }

 private:
  std::string weight_ = "conditions";
  bool with_control_ = false;
  TrainingMean mean_;
};

Registered<Model> const registered{{
    .name = "perturbed-mean",
    .summary = "the mean of the training conditions",
    .source = "Ahlmann-Eltze et al. 2025 (with-control=yes); Systema, Vinas Torne et al. 2025 "
              "(weight=cells); Csendes et al. 2025, BMC Genomics 26:393",
    .traits = {},
    .make = [] { return std::make_unique<PerturbedMean>(); },
}};

}  // namespace
}  // namespace pertscale
