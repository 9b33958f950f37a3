#include <Eigen/LU>
#include <catch2/catch.hpp>
#include <cmath>

#include "model/golden_regression.hpp"

using namespace pertscale;

namespace {

std::vector<std::string> const names{"A", "B", "C", "D", "E", "F"};
GeneTable const genes = lettered_genes(4);

struct Made {
  TrainingView view = made_training(genes, {"A", "B", "C", "D", "E"}, made_profiles(5, 4, 5, 0.3),
                                    made_profiles(1, 4, 6, 0).row(0).transpose());
  Matrix x = made_profiles(6, 3, 9, 1);
  Matrix change(std::string const& model) const {
    auto const part = made_feature_model("kernel-ridge " + model, made_table(names, x));
    part.object->fit(view, 1);
    auto const prediction = part.object->predict(conditions({"F"}));
    REQUIRE(prediction.status[0].ok());
    return prediction.mean.row(0) - view.control.transpose();
  }
};

/// As printed, by an explicit inverse; W as diagonal matrix of repeats.
template <class Kernel>
Matrix plain(Made const& made, Vector const& weights, double alpha, Kernel const& kernel) {
  Eigen::MatrixXd k(5, 5);
  Eigen::RowVectorXd asked(5);
  for (Eigen::Index i = 0; i < 5; ++i) {
    asked[i] = kernel(made.x.row(5), made.x.row(i));
    for (Eigen::Index j = 0; j < 5; ++j) k(i, j) = kernel(made.x.row(i), made.x.row(j));
  }
  k.diagonal() += alpha * weights.cwiseInverse();
  return asked * k.inverse() * (made.view.profiles.rowwise() - made.view.control.transpose());
}

}  // namespace

TEST_CASE("kernel ridge of one row by hand") {
  GeneTable const one({"g"});
  auto const view = made_training(one, {"A"}, Matrix{{3.0}}, Vector{{1}});
  auto const part = made_feature_model("kernel-ridge kernel=linear alpha=3",
                                       made_table({"A", "B"}, Matrix{{1.0}, {5.0}}));

  part.object->fit(view, 1);

  // a = 2 / (1 + 3); change of B: 5 a.
  CHECK(part.object->predict(conditions({"B"})).mean(0, 0) == Approx(1 + 2.5));
}

TEST_CASE("kernel ridge is its formula with an explicit inverse, for each kernel") {
  Made const made;
  Vector const ones = Vector::Ones(5);
  auto const linear = [](auto const& a, auto const& b) { return a.dot(b); };
  auto const rbf = [](auto const& a, auto const& b) {
    return std::exp(-(a - b).squaredNorm() / 3);
  };
  auto const poly = [](auto const& a, auto const& b) { return std::pow(0.5 * a.dot(b) + 2, 2); };

  CHECK(made.change("").isApprox(plain(made, ones, 1, rbf), 1e-11));
  CHECK(made.change("kernel=linear alpha=0.2").isApprox(plain(made, ones, 0.2, linear), 1e-11));
  CHECK(made.change("kernel=poly gamma=0.5 degree=2 coef0=2 alpha=0.3")
            .isApprox(plain(made, ones, 0.3, poly), 1e-9));
  Vector const cells{{10, 20, 30, 40, 50}};
  CHECK(made.change("weight=cells").isApprox(plain(made, cells, 1, rbf), 1e-11));
}

TEST_CASE("kernel ridge without penalty says singular where rows repeat") {
  Made made;
  made.x.row(1) = made.x.row(0);
  auto const part = made_feature_model("kernel-ridge alpha=0", made_table(names, made.x));

  part.object->fit(made.view, 1);

  CHECK(part.object->predict(conditions({"F"})).status[0].word() == "singular");
}
