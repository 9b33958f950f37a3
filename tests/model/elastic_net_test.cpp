#include <catch2/catch.hpp>
#include <cmath>

#include "model/golden_regression.hpp"
#include "solver/elastic_net_fit.hpp"

using namespace pertscale;

namespace {

struct Setting {
  std::string key, options;
  double alpha, l1_ratio;
};

std::vector<Setting> const settings{
    {"enet_{}_alpha0.01_l1ratio0.5", "elastic-net alpha=0.01 l1-ratio=0.5", 0.01, 0.5},
    {"enet_{}_alpha0.001_l1ratio0.5", "elastic-net alpha=0.001", 0.001, 0.5},
    {"enet_{}_alpha0.001_l1ratio0.1", "elastic-net alpha=0.001 l1-ratio=0.1", 0.001, 0.1},
    {"enet_{}_alpha0.0003_l1ratio0.9", "elastic-net alpha=0.0003 l1-ratio=0.9", 0.0003, 0.9},
    {"lasso_{}_alpha0.001", "lasso alpha=0.001", 0.001, 1},
    {"lasso_{}_alpha0.01", "lasso alpha=0.01", 0.01, 1}};

std::string key_of(Setting const& setting, std::string const& features) {
  auto key = setting.key;
  return key.replace(key.find("{}"), 2, features);
}

/// Rows of a fold's training part that have features.
struct Fold {
  Matrix x, y;
  Fold(GoldenRegression const& golden, std::string const& features, int fold) {
    auto const view = golden.training(fold);
    auto const table = golden.table(features);
    std::vector<Eigen::Index> from, to;
    for (std::size_t i = 0; i < view.size(); ++i)
      if (auto const row = table->find(view.conditions[i].name)) {
        from.push_back(static_cast<Eigen::Index>(i));
        to.push_back(static_cast<Eigen::Index>(*row));
      }
    x = table->values(to, Eigen::all);
    y = view.profiles(from, Eigen::all).rowwise() - view.control.transpose();
  }
};

double objective(Fold const& fold, ElasticNetFit const& fit, Setting const& s, Eigen::Index gene) {
  Vector const w = fit.coefficients.col(gene);
  Vector const residual = (fold.y.col(gene).array() - fit.outputs[gene]).matrix() -
                          (fold.x.rowwise() - fit.features) * w;
  return residual.squaredNorm() / (2 * static_cast<double>(fold.x.rows())) +
         s.alpha * s.l1_ratio * w.cwiseAbs().sum() +
         s.alpha * (1 - s.l1_ratio) / 2 * w.squaredNorm();
}

}  // namespace

TEST_CASE("elastic net and lasso predict what scikit-learn does") {
  auto const golden = golden_regression();
  if (!golden) return;
  for (auto const* const features : {"enformer", "go_pca32"})
    for (auto const& setting : settings) {
      INFO(setting.options << " on " << features);
      auto const ours =
          golden->out_of_fold(setting.options + " tol=1e-10 max-iter=1000000", features);
      CHECK(difference(ours, (*golden)[key_of(setting, features)]) <= 1e-8);
    }
}

TEST_CASE("coefficients, their number and the objective are scikit-learn's") {
  auto const golden = golden_regression();
  if (!golden) return;
  for (std::string const features : {"enformer", "go_pca32"}) {
    CsvTable const table(*shared_file("golden/regression/elasticnet_" + features + ".csv"));
    std::size_t compared = 0;
    for (auto const& s : settings)
      for (int number = 0; number < 5; ++number) {
        Fold const fold(*golden, features, number);
        auto const fit =
            fit_elastic_net(fold.x, fold.y, Vector::Ones(fold.x.rows()),
                            {s.alpha, s.l1_ratio, 1000000, 1e-10}, own_linear_algebra());
        INFO(s.options << " on " << features << " without fold " << number);
        REQUIRE(fit.not_converged == 0);
        Eigen::Index gene = 0;
        for (std::size_t row = 0; row < table.rows(); ++row) {
          if (table.text(row, "key") != key_of(s, features) || table.number(row, "fold") != number)
            continue;
          CHECK((fit.coefficients.col(gene).array() != 0).count() == table.number(row, "nonzero"));
          CHECK(objective(fold, fit, s, gene) ==
                Approx(table.number(row, "objective")).epsilon(1e-9));
          ++gene, ++compared;
        }
        if (number != 0) continue;
        auto const& w = (*golden)[key_of(s, features) + "_coef"];
        auto const& b = (*golden)[key_of(s, features) + "_intercept"];
        CHECK(difference(fit.coefficients.transpose(), w) <= 1e-8);
        CHECK(difference(fit.outputs - fit.features * fit.coefficients, b) <= 1e-8);
      }
    CHECK(compared == table.rows());
  }
}

TEST_CASE("the published elastic nets of Csendes et al. with their stopping rule") {
  auto const golden = golden_regression();
  if (!golden) return;
  for (std::string const alpha : {"0.1", "0.01"}) {
    auto const ours = golden->out_of_fold("elastic-net alpha=" + alpha, "go_all_pca256");
    CHECK(difference(ours, (*golden)["csendes_enet_" + alpha]) <= 1e-4);
  }
}

TEST_CASE("a penalty that zeroes every coefficient leaves the mean change") {
  GeneTable const genes = lettered_genes(5);
  auto const view = made_training(genes, {"A", "B", "C"}, made_profiles(3, 5, 5, 0.3),
                                  made_profiles(1, 5, 6, 0).row(0).transpose());
  auto const part =
      made_feature_model("lasso alpha=100", made_table({"A", "B", "C", "D"}, Matrix::Random(4, 2)));

  part.object->fit(view, 1);

  CHECK(part.object->predict(conditions({"D"}))
            .mean.isApprox(predicted("perturbed-mean", view, {"D"}).mean, 1e-13));
}

TEST_CASE("what has not converged is said so and not predicted") {
  GeneTable const genes = lettered_genes(5);
  auto const view = made_training(genes, {"A", "B", "C", "D"}, made_profiles(4, 5, 5, 0.3),
                                  made_profiles(1, 5, 6, 0).row(0).transpose());
  auto const table = made_table({"A", "B", "C", "D"}, made_profiles(4, 3, 9, 1));
  std::string const text = "elastic-net alpha=1e-6 tol=1e-9 max-iter=";

  auto const hasty = made_feature_model(text + "2", table);
  hasty.object->fit(view, 1);
  CHECK(hasty.object->predict(conditions({"A"})).status[0].word() == "not_converged");

  auto const patient = made_feature_model(text + "1000000", table);
  patient.object->fit(view, 1);
  CHECK(patient.object->predict(conditions({"A"})).status[0].ok());
}

TEST_CASE("the options of the elastic net are checked") {
  CHECK_THROWS_WITH(made_model("elastic-net alpha=0"), Catch::Contains("greater than 0"));
  CHECK_THROWS_WITH(made_model("elastic-net l1-ratio=1.5"), Catch::Contains("at most 1"));
  CHECK_THROWS_WITH(made_model("elastic-net tol=1e-15"), Catch::Contains("at least"));
  CHECK_THROWS_WITH(made_model("lasso l1-ratio=0.5"), Catch::Contains("l1-ratio"));
}
