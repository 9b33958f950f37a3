#include <Eigen/QR>

#include "model/feature_model.hpp"
#include "model/linear_rows.hpp"
#include "solver/ridge_path.hpp"

namespace pertscale {
namespace {

/// Minimises sum_i w_i |y_i - B' x_i - b|^2 + alpha |B|^2 (weights 1: scikit-learn's Ridge): with
/// rows centred on their weighted means, B = (X'WX + alpha I)^-1 X'WY, or in the dual form where
/// there are fewer rows than features. Cells of a condition share their features, so weights that
/// count cells give exactly the fit to every single cell. alpha = 0 is least squares, of the least
/// norm where the features are dependent.
class Ridge final : public FeatureModel {
 public:
  double flops(double training, double held_out, double genes) const override {
    return 2 * training * genes * (training + held_out);
  }

 private:
  void declare_own(OptionList& options) override {
    options.add("alpha", alpha_, "penalty of the squared coefficients; the intercept has none")
        .at_least(0);
  }
  std::vector<double> published_grid() const override { return {0.01, 0.1, 1, 10, 100}; }
  void set_tuned(double value) override { alpha_ = value; }

  void prepare_tuning(FeatureRows const& rows, std::vector<double> const& values) override;
  Status fit_rows(FeatureRows const& rows) override;
  void centre(FeatureRows const& rows);
  Matrix predict_rows(Matrix const& features) const override {
    return linear_rows(features, mean_features_, coefficients_, mean_changes_);
  }

  double alpha_ = 1;
  Eigen::RowVectorXd mean_features_, mean_changes_;
  Matrix coefficients_;  ///< dimensions x genes
  Eigen::MatrixXd x_, y_;
  std::optional<RidgePath> path_;  ///< while tuned: one decomposition for all penalties
};

/// Centred rows, each times the root of its weight.
void Ridge::centre(FeatureRows const& rows) {
  double const total = rows.weights.sum();
  mean_features_ = rows.weights.transpose() * rows.features / total;
  mean_changes_ = rows.weights.transpose() * rows.changes / total;
  Vector const root = rows.weights.cwiseSqrt();
  x_ = root.asDiagonal() * (rows.features.rowwise() - mean_features_);
  y_ = root.asDiagonal() * (rows.changes.rowwise() - mean_changes_);
}

void Ridge::prepare_tuning(FeatureRows const& rows, std::vector<double> const&) {
  centre(rows);
  path_.emplace(x_, y_, algebra());
}

Status Ridge::fit_rows(FeatureRows const& rows) {
  if (path_ && alpha_ > 0) {  // without a penalty the Gram matrix would cost half the digits
    coefficients_ = path_->coefficients(alpha_);
    return {};
  }
  centre(rows);
  if (alpha_ == 0) {
    coefficients_ = x_.completeOrthogonalDecomposition().solve(y_);
    return {};
  }
  bool const dual = x_.rows() < x_.cols();
  auto const solved = dual ? algebra().solve_spd(algebra().gram(x_.transpose()), alpha_, y_)
                           : algebra().solve_spd(algebra().gram(x_), alpha_, x_.transpose() * y_);
  if (!solved) return Status("singular");
  coefficients_ = dual ? Eigen::MatrixXd(x_.transpose() * *solved) : *solved;
  return {};
}

Registered<Model> const registered{{
    .name = "ridge",
    .summary = "ridge regression of the change on features of the perturbed genes",
    .source = "scikit-learn Ridge; Ahlmann-Eltze et al. 2025, doi 10.1038/s41592-025-02772-6",
    .traits = {.team = true, .validates = true},
    .make = [] { return std::make_unique<Ridge>(); },
}};

}  // namespace
}  // namespace pertscale
