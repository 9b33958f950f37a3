#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "core/options.hpp"
#include "core/registry.hpp"
#include "data/prediction.hpp"
#include "data/training_view.hpp"
#include "solver/linear_algebra.hpp"

namespace pertscale {

/// A model that predicts the expression of held-out conditions from training profiles.
class Model {
 public:
  static constexpr std::string_view kind = "model";
  struct Traits {
    bool needs_genes = false;      ///< cannot serve latent screens (rows become not_applicable)
    bool stochastic = false;       ///< uses the seed it is given
    bool across_contexts = false;  ///< reads TrainingView::elsewhere
    /// Not fitted here: the suite takes its predictions from the file of the option `path`, and
    /// calls neither fit nor predict.
    bool from_file = false;
    bool team = false;       ///< can be fitted by several ranks together (uses what `use` gives it)
    bool validates = false;  ///< reads TrainingView::validation
    /// No effect in the training data gives no change; where not, why.
    std::string_view no_effect_exception{};
  };

  virtual ~Model() = default;
  virtual void declare(OptionList& options) = 0;
  /// Linear algebra of the ranks that fit this model together; without it, of one rank. Must
  /// outlive the fit.
  virtual void use(LinearAlgebra const&) {}
  /// `seed` comes from what the unit is (dataset, split, model), never from a rank.
  virtual void fit(TrainingView const& training, std::uint64_t seed) = 0;
  /// One row a condition, in the order asked. Throws InternalError before fit.
  virtual Prediction predict(std::span<Condition const> held_out) const = 0;
  /// Estimated floating-point operations of one fit and its predictions, for the plan.
  virtual double flops(double training, double held_out, double genes) const {
    return (training + held_out) * genes;
  }
};

using ModelRegistry = Registry<Model>;

}  // namespace pertscale
