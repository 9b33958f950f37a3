#include "core/error.hpp"
#include "model/model.hpp"
#include "model/sbb_rows.hpp"
#include "model/training_mean.hpp"

namespace pertscale {
namespace {

/// x = b, plus c ref_g on the genes g that the condition perturbs: b is the mean of the training
/// cells, ref the mean absolute profile of the training conditions (each alike) whose targets are
/// all among the genes, and the one c of all of them is least squares on their target genes with b
/// fixed: c = sum (y_g - b_g) ref_g / sum ref_g^2. Negative where perturbations silence. As in SBB,
/// combinations alone are used where the training part has some, and singles are `not_applicable`
/// then (b is of all training cells). A target that is no gene of the screen: `missing_genes`;
/// `no_training` where no condition has its targets there; `singular` where ref is 0 on all
/// targets. SBB also trains on validation conditions, which are never handed to a fit here.
class TargetScaling final : public Model {
 public:
  void declare(OptionList& options) override {
    options
        .add("weight", weight_,
             "how training conditions count in b: by the cells behind them, or each alike")
        .one_of({"cells", "conditions"});
    options.add("with-control", with_control_,
                "control cells count in b (in SBB where its split column counts them as training)");
  }
  void fit(TrainingView const& training, std::uint64_t seed) override;
  Prediction predict(std::span<Condition const> held_out) const override;

 private:
  /// Genes that the condition perturbs, by the first gene of each name.
  Status targets_of(Condition const& condition, std::vector<Eigen::Index>& targets) const;

  std::string weight_ = "cells";
  bool with_control_ = false;
  GeneTable const* genes_ = nullptr;
  SbbRows rows_;
  Vector mean_, reference_;
  double scale_ = 0;
  Status status_;
};

Status TargetScaling::targets_of(Condition const& condition,
                                 std::vector<Eigen::Index>& targets) const {
  targets.clear();
  if (!rows_.serves(condition)) return Status("not_applicable");
  for (auto const& name : condition.targets) {
    auto const gene = genes_->find(name);
    if (!gene) return Status("missing_genes");
    targets.push_back(static_cast<Eigen::Index>(*gene));
  }
  return {};
}

void TargetScaling::fit(TrainingView const& training, std::uint64_t) {
  genes_ = training.genes;
  rows_ = SbbRows(training);
  auto const weight = weight_ == "cells" ? MeanWeight::cells : MeanWeight::conditions;
  auto const mean = training_mean(training, weight, with_control_);
  mean_ = mean.profile;
  reference_ = Vector::Zero(mean_.size());
  std::vector<Eigen::Index> used;
  std::vector<std::vector<Eigen::Index>> targets;
  for (auto const row : rows_.rows) {
    std::vector<Eigen::Index> of_row;
    if (!targets_of(training.conditions[row], of_row).ok()) continue;
    used.push_back(static_cast<Eigen::Index>(row));
    targets.push_back(of_row);
    reference_ += training.profiles.row(used.back()).transpose();
  }
  status_ = used.empty() ? Status("no_training") : mean.status;
  if (!status_.ok()) return;
  reference_ /= static_cast<double>(used.size());
  double top = 0, bottom = 0;
  for (std::size_t i = 0; i < used.size(); ++i)
    for (auto const gene : targets[i]) {
      top += (training.profiles(used[i], gene) - mean_[gene]) * reference_[gene];
      bottom += reference_[gene] * reference_[gene];
    }
  if (!(bottom > 0)) status_ = Status("singular");
  scale_ = top / bottom;
}

Prediction TargetScaling::predict(std::span<Condition const> held_out) const {
  if (mean_.size() == 0) throw InternalError("target-scaling: predict before fit");
  Prediction prediction(held_out.size(), static_cast<std::size_t>(mean_.size()));
  prediction.mean.rowwise() = mean_.transpose();
  std::vector<Eigen::Index> targets;
  for (std::size_t i = 0; i < held_out.size(); ++i) {
    prediction.status[i] = status_.ok() ? targets_of(held_out[i], targets) : status_;
    if (!prediction.status[i].ok()) continue;
    for (auto const gene : targets)
      prediction.mean(static_cast<Eigen::Index>(i), gene) += scale_ * reference_[gene];
  }
  return prediction;
}

Registered<Model> const registered{{
    .name = "target-scaling",
    .summary = "mean of the training cells, the perturbed genes moved by one factor of their level",
    .source = "SBB, Vollenweider & Buehlmann 2026, sbb-perturbation-benchmark, "
              "synthetic_perturbation",
    .traits = {.needs_genes = true},
    .make = [] { return std::make_unique<TargetScaling>(); },
}};

}  // namespace
}  // namespace pertscale
