#include "core/error.hpp"
#include "model/model.hpp"
#include "model/single_profiles.hpp"

namespace pertscale {
namespace {

/// x_ab = c0 + c (d_a + d_b) + eps with one scale c for all pairs and genes and one shift eps a
/// gene, from the training pairs (each alike) whose singles were measured; s = d_a + d_b, y the
/// change of the pair. fit=sequential: c = sum <y, s> / sum <s, s>, then eps is the mean of what is
/// left (SBB's epistasis_shared, fit_mode current, in its tables "global epistasis"); fit=joint: c
/// and eps by least squares together, c = sum <y - mean y, s - mean s> / sum |s - mean s|^2. Where
/// c is not determined, the solution of least norm. A pair of which a single was not measured is
/// `no_single`, what is no pair `not_applicable`, everything `no_training` where no pair can be
/// used (SBB predicts additivity then).
class GlobalEpistasis final : public Model {
 public:
  void declare(OptionList& options) override {
    options
        .add("fit", fit_,
             "one scale of the added changes first and then the shift by gene, or both at once")
        .one_of({"sequential", "joint"});
  }
  void fit(TrainingView const& training, std::uint64_t seed) override;
  Prediction predict(std::span<Condition const> held_out) const override;

 private:
  /// d_a + d_b, or why there is none.
  Status add_singles(Condition const& condition, Eigen::RowVectorXd& sum) const;
  void fit_pairs(Matrix const& s, Matrix const& y);

  std::string fit_ = "sequential";
  Vector control_;
  Matrix deltas_;  ///< training conditions x genes
  SingleProfiles singles_;
  double scale_ = 0;
  Eigen::RowVectorXd shift_;
  Status status_;
};

Status GlobalEpistasis::add_singles(Condition const& condition, Eigen::RowVectorXd& sum) const {
  if (condition.order() != 2) return Status("not_applicable");
  sum = Eigen::RowVectorXd::Zero(deltas_.cols());
  for (auto const& gene : condition.targets) {
    auto const single = singles_.row(gene);
    if (!single) return Status("no_single");
    sum += deltas_.row(*single);
  }
  return {};
}

void GlobalEpistasis::fit(TrainingView const& training, std::uint64_t) {
  control_ = training.control;
  deltas_ = training.profiles.rowwise() - control_.transpose();
  singles_ = SingleProfiles(training);
  Matrix s(deltas_.rows(), deltas_.cols()), y = s;
  Eigen::Index pairs = 0;
  Eigen::RowVectorXd sum;
  for (std::size_t i = 0; i < training.size(); ++i) {
    if (!add_singles(training.conditions[i], sum).ok()) continue;
    s.row(pairs) = sum;
    y.row(pairs) = deltas_.row(static_cast<Eigen::Index>(i));
    ++pairs;
  }
  status_ = pairs == 0 ? Status("no_training") : Status();
  if (pairs > 0) fit_pairs(s.topRows(pairs), y.topRows(pairs));
}

void GlobalEpistasis::fit_pairs(Matrix const& s, Matrix const& y) {
  auto const pairs = static_cast<double>(s.rows());
  Eigen::RowVectorXd mean_s = Eigen::RowVectorXd::Zero(s.cols()), mean_y = mean_s;
  for (Eigen::Index i = 0; i < s.rows(); ++i) {
    mean_s += s.row(i) / pairs;
    mean_y += y.row(i) / pairs;
  }
  double top = 0, bottom = 0;
  double const centred = fit_ == "joint" ? 1 : 0;
  for (Eigen::Index i = 0; i < s.rows(); ++i)
    for (Eigen::Index g = 0; g < s.cols(); ++g) {
      double const x = s(i, g) - centred * mean_s[g];
      top += x * (y(i, g) - centred * mean_y[g]);
      bottom += x * x;
    }
  if (!(bottom > 0)) {  // of all c and eps = mean y - c s the shortest (c, eps)
    top = mean_s.dot(mean_y);
    bottom = 1 + mean_s.squaredNorm();
  }
  scale_ = top / bottom;
  shift_ = mean_y - scale_ * mean_s;
}

Prediction GlobalEpistasis::predict(std::span<Condition const> held_out) const {
  if (control_.size() == 0) throw InternalError("global-epistasis: predict before fit");
  Prediction prediction(held_out.size(), static_cast<std::size_t>(control_.size()));
  Eigen::RowVectorXd sum;
  for (std::size_t i = 0; i < held_out.size(); ++i) {
    prediction.status[i] = status_.ok() ? add_singles(held_out[i], sum) : status_;
    if (prediction.status[i].ok())
      prediction.mean.row(static_cast<Eigen::Index>(i)) =
          control_.transpose() + scale_ * sum + shift_;
  }
  return prediction;
}

Registered<Model> const registered{{
    .name = "global-epistasis",
    .summary = "doubles: added changes of the singles times one factor, plus a shift a gene",
    .source = "SBB, Vollenweider & Buehlmann 2026, sbb-perturbation-benchmark, lse_regression",
    .traits = {},
    .make = [] { return std::make_unique<GlobalEpistasis>(); },
}};

}  // namespace
}  // namespace pertscale
