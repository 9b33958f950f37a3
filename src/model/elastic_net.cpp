#include "model/feature_model.hpp"
#include "model/linear_rows.hpp"
#include "solver/elastic_net_fit.hpp"

namespace pertscale {
namespace {

/// Elastic net of each gene's change on its own (scikit-learn's ElasticNet; objective and stopping
/// rule in solver/elastic_net_fit.hpp). Where a gene needs more than max-iter sweeps scikit-learn
/// warns and goes on; here every prediction is `not_converged`, since what is judged would be the
/// stopping and not the model.
class ElasticNet : public FeatureModel {
 public:
  double flops(double training, double held_out, double genes) const override {
    double const features = training;  // not known before the files are read
    return features * (2 * training * (features + genes) + (200 * features + 2 * held_out) * genes);
  }

 protected:
  void declare_alpha(OptionList& options) {
    options
        .add("alpha", options_.alpha,
             "penalty, in squared expression units; larger: fewer coefficients that are not 0")
        .greater_than(0);
  }
  void declare_stopping(OptionList& options) {
    options
        .add("max-iter", options_.max_iter,
             "sweeps over all features; status not_converged where a gene needs more")
        .at_least(1);
    options
        .add("tol", options_.tol,
             "duality gap to reach, as a part of the gene's sum of squared changes")
        .at_least(1e-12);
  }
  void declare_own(OptionList& options) override {
    declare_alpha(options);
    options
        .add("l1-ratio", options_.l1_ratio,
             "share of the penalty on absolute values: 1 lasso, 0 ridge with alpha times the rows")
        .at_least(0)
        .at_most(1);
    declare_stopping(options);
  }
  ElasticNetOptions options_;

 private:
  std::vector<double> published_grid() const override { return {0.1, 0.01}; }
  void set_tuned(double value) override { options_.alpha = value; }

  Status fit_rows(FeatureRows const& rows) override {
    fit_ = fit_elastic_net(rows.features, rows.changes, rows.weights, options_, algebra());
    return fit_.not_converged == 0 ? Status() : Status("not_converged");
  }
  Matrix predict_rows(Matrix const& features) const override {
    return linear_rows(features, fit_.features, fit_.coefficients, fit_.outputs);
  }

  ElasticNetFit fit_;
};

/// The elastic net with l1-ratio 1 (scikit-learn's Lasso).
class Lasso final : public ElasticNet {
  void declare_own(OptionList& options) override {
    options_.l1_ratio = 1;
    declare_alpha(options);
    declare_stopping(options);
  }
};

Registered<Model> const elastic_net{{
    .name = "elastic-net",
    .summary = "regression on features with a penalty of absolute and squared coefficients",
    .source = "scikit-learn ElasticNet; Csendes et al. 2025, BMC Genomics 26:393",
    .traits = {.team = true, .validates = true},
    .make = [] { return std::make_unique<ElasticNet>(); },
}};

Registered<Model> const lasso{{
    .name = "lasso",
    .summary = "regression on features with a penalty of absolute coefficients",
    .source = "scikit-learn Lasso; PEREGGRN, Kernfeld et al. 2025",
    .traits = {.team = true, .validates = true},
    .make = [] { return std::make_unique<Lasso>(); },
}};

}  // namespace
}  // namespace pertscale
