#include <cmath>

#include "model/feature_model.hpp"
#include "model/linear_rows.hpp"

namespace pertscale {
namespace {

/// f(x) = sum_i k(x, x_i) a_i with (K + alpha W^-1) a = Y, no intercept: far from every training
/// row rbf predicts no change. Row weights W count a row as if it stood there that many times.
/// (scikit-learn's KernelRidge.)
class KernelRidge final : public FeatureModel {
 public:
  double flops(double training, double held_out, double genes) const override {
    return training * training * training / 3 + 2 * training * genes * (training + held_out);
  }

 private:
  void declare_own(OptionList& options) override {
    options
        .add("kernel", kernel_,
             "rbf exp(-gamma |x - y|^2), linear x'y, poly (gamma x'y + coef0)^degree")
        .one_of({"rbf", "linear", "poly"});
    options.add("gamma", gamma_, "of rbf and poly; 0: one over the number of features").at_least(0);
    options.add("degree", degree_, "of poly").at_least(1);
    options.add("coef0", coef0_, "of poly").at_least(0);
    options
        .add("alpha", alpha_,
             "penalty of the squared norm; 0 gives status singular where the kernel matrix is")
        .at_least(0);
  }
  std::vector<double> published_grid() const override { return {0.01, 0.1, 1, 10, 100}; }
  void set_tuned(double value) override { alpha_ = value; }

  Status fit_rows(FeatureRows const& rows) override;
  Matrix predict_rows(Matrix const& features) const override {
    Eigen::RowVectorXd const none = Eigen::RowVectorXd::Zero(rows_.rows());
    return linear_rows(kernel_rows(features), none, dual_, Eigen::RowVectorXd::Zero(dual_.cols()));
  }
  double kernel(Eigen::Ref<Eigen::RowVectorXd const> const& x,
                Eigen::Ref<Eigen::RowVectorXd const> const& y) const;
  Matrix kernel_rows(Matrix const& features) const;

  std::string kernel_ = "rbf";
  double gamma_ = 0, coef0_ = 1, alpha_ = 1;
  int degree_ = 3;
  Matrix rows_;  ///< features of the training rows
  Matrix dual_;  ///< training rows x genes
};

/// Terms added in the features' order.
double KernelRidge::kernel(Eigen::Ref<Eigen::RowVectorXd const> const& x,
                           Eigen::Ref<Eigen::RowVectorXd const> const& y) const {
  bool const rbf = kernel_ == "rbf";
  double sum = 0;
  for (Eigen::Index j = 0; j < x.size(); ++j)
    sum += rbf ? (x[j] - y[j]) * (x[j] - y[j]) : x[j] * y[j];
  if (kernel_ == "linear") return sum;
  double const gamma = gamma_ > 0 ? gamma_ : 1 / static_cast<double>(x.size());
  return rbf ? std::exp(-gamma * sum) : std::pow(gamma * sum + coef0_, degree_);
}

Matrix KernelRidge::kernel_rows(Matrix const& features) const {
  Matrix out(features.rows(), rows_.rows());
  for (Eigen::Index i = 0; i < out.rows(); ++i)
    for (Eigen::Index j = 0; j < out.cols(); ++j) out(i, j) = kernel(features.row(i), rows_.row(j));
  return out;
}

Status KernelRidge::fit_rows(FeatureRows const& rows) {
  rows_ = rows.features;
  Vector const root = rows.weights.cwiseSqrt();
  Eigen::MatrixXd const weighted = root.asDiagonal() * kernel_rows(rows_) * root.asDiagonal();
  auto const solved = algebra().solve_spd(weighted, alpha_, root.asDiagonal() * rows.changes);
  if (!solved) return Status("singular");
  dual_ = root.asDiagonal() * *solved;
  return {};
}

Registered<Model> const registered{{
    .name = "kernel-ridge",
    .summary = "ridge regression of the change in the space of a kernel of the features",
    .source = "scikit-learn KernelRidge; PEREGGRN, Kernfeld et al. 2025",
    .traits = {.team = true, .validates = true},
    .make = [] { return std::make_unique<KernelRidge>(); },
}};

}  // namespace
}  // namespace pertscale
