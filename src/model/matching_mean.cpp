#include "core/error.hpp"
#include "model/model.hpp"
#include "model/single_profiles.hpp"
#include "model/training_mean.hpp"

namespace pertscale {
namespace {

/// Systema, section 2.3: the plain average over the perturbed genes of the gene's single profile
/// if it was trained on, else of the mean of all perturbed training profiles. It averages, it does
/// not add. Where no gene was seen it is that mean to the last bit, hence `perturbed-mean`.
/// Systema weights the mean by cells: `weight=cells`; the default is that of `perturbed-mean`.
class MatchingMean final : public Model {
 public:
  void declare(OptionList& options) override {
    options
        .add("weight", weight_,
             "how training conditions count in the mean that stands in for a gene not seen: each "
             "alike, or by the cells behind it (Systema)")
        .one_of({"conditions", "cells"});
  }

  void fit(TrainingView const& training, std::uint64_t) override {
    auto const weight = weight_ == "cells" ? MeanWeight::cells : MeanWeight::conditions;
    mean_ = training_mean(training, weight, false);
    profiles_ = training.profiles;
    singles_ = SingleProfiles(training);
  }

  Prediction predict(std::span<Condition const> held_out) const override {
    if (mean_.profile.size() == 0) throw InternalError("matching-mean: predict before fit");
    Prediction prediction(held_out.size(), static_cast<std::size_t>(mean_.profile.size()));
    for (std::size_t i = 0; i < held_out.size(); ++i) {
      prediction.mean.row(static_cast<Eigen::Index>(i)) = average(held_out[i]).transpose();
      prediction.status[i] = mean_.status;
    }
    return prediction;
  }

 private:
  Vector average(Condition const& condition) const {
    Vector sum = Vector::Zero(mean_.profile.size());
    bool any_seen = false;
    for (auto const& gene : condition.targets) {
      auto const single = singles_.row(gene);
      any_seen = any_seen || single;
      if (single)
        sum += profiles_.row(*single).transpose();
      else
        sum += mean_.profile;
    }
    if (!any_seen) return mean_.profile;
    return sum / static_cast<double>(condition.order());
  }

  std::string weight_ = "conditions";
  TrainingMean mean_;
  Matrix profiles_;
  SingleProfiles singles_;
};

Registered<Model> const registered{{
    .name = "matching-mean",
    .summary = "the average of the genes' single profiles, the mean standing in for unseen ones",
    .source = "Systema, Vinas Torne et al. 2025, Nat. Biotechnol.",
    .traits = {},
    .make = [] { return std::make_unique<MatchingMean>(); },
}};

}  // namespace
}  // namespace pertscale
