#include "core/error.hpp"
#include "model/model.hpp"

namespace pertscale {
namespace {

/// x_hat = c0, the control profile (Nature Methods 2025, section 3.1).
class NoChange final : public Model {
 public:
  void declare(OptionList&) override {}

  void fit(TrainingView const& training, std::uint64_t) override { control_ = training.control; }

  Prediction predict(std::span<Condition const> held_out) const override {
    if (control_.size() == 0) throw InternalError("no-change: predict before fit");
    Prediction prediction(held_out.size(), static_cast<std::size_t>(control_.size()));
    prediction.mean.rowwise() = control_.transpose();
    return prediction;
  }

 private:
  Vector control_;
};

Registered<Model> const registered{{
    .name = "no-change",
    .summary = "the control profile of the context",
    .source = "Ahlmann-Eltze et al. 2025, Nat. Methods, doi 10.1038/s41592-025-02772-6",
    .traits = {},
    .make = [] { return std::make_unique<NoChange>(); },
}};

}  // namespace
}  // namespace pertscale
