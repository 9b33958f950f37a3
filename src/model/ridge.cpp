#include <Eigen/QR>

#include "model/feature_model.hpp"
#include "model/linear_rows.hpp"

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

  Status fit_rows(FeatureRows const& rows) override;
  Matrix predict_rows(Matrix const& features) const override {
    return linear_rows(features, mean_features_, coefficients_, mean_changes_);
  }

  double alpha_ = 1;
  Eigen::RowVectorXd mean_features_, mean_changes_;
  Matrix coefficients_;  ///< dimensions x genes
};

Status Ridge::fit_rows(FeatureRows const& rows) {
  double const total = rows.weights.sum();
  mean_features_ = rows.weights.transpose() * rows.features / total;
  mean_changes_ = rows.weights.transpose() * rows.changes / total;
  Vector const root = rows.weights.cwiseSqrt();
  Eigen::MatrixXd const x = root.asDiagonal() * (rows.features.rowwise() - mean_features_);
  Eigen::MatrixXd const y = root.asDiagonal() * (rows.changes.rowwise() - mean_changes_);
  if (alpha_ == 0) {
    coefficients_ = x.completeOrthogonalDecomposition().solve(y);
    return {};
  }
  bool const dual = x.rows() < x.cols();
  auto const solved = dual ? algebra().solve_spd(algebra().gram(x.transpose()), alpha_, y)
                           : algebra().solve_spd(algebra().gram(x), alpha_, x.transpose() * y);
  if (!solved) return Status("singular");
  coefficients_ = dual ? Eigen::MatrixXd(x.transpose() * *solved) : *solved;
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
