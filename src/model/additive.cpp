#include "core/error.hpp"
#include "model/model.hpp"
#include "model/single_profiles.hpp"

namespace pertscale {
namespace {

/// x_hat = c0 + sum over the perturbed genes of (x_single - c0), for any number of them
/// (Nature Methods 2025, section 3.1, for two).
class Additive final : public Model {
 public:
  void declare(OptionList&) override {}

  void fit(TrainingView const& training, std::uint64_t) override {
    control_ = training.control;
    deltas_ = training.profiles.rowwise() - control_.transpose();
    singles_ = SingleProfiles(training);
  }

  Prediction predict(std::span<Condition const> held_out) const override {
    if (control_.size() == 0) throw InternalError("additive: predict before fit");
    Prediction prediction(held_out.size(), static_cast<std::size_t>(control_.size()));
    for (std::size_t i = 0; i < held_out.size(); ++i) {
      auto row = prediction.mean.row(static_cast<Eigen::Index>(i));
      row = control_.transpose();
      for (auto const& gene : held_out[i].targets) {
        if (auto const single = singles_.row(gene))
          row += deltas_.row(*single);
        else
          prediction.status[i] = Status("no_single");
      }
    }
    return prediction;
  }

 private:
  Vector control_;
  Matrix deltas_;  ///< training conditions x genes, changes from control
  SingleProfiles singles_;
};

Registered<Model> const registered{{
    .name = "additive",
    .summary = "control plus the changes of the single perturbations",
    .source = "Ahlmann-Eltze et al. 2025, Nat. Methods, doi 10.1038/s41592-025-02772-6",
    .traits = {},
    .make = [] { return std::make_unique<Additive>(); },
}};

}  // namespace
}  // namespace pertscale
