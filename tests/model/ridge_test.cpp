#include <Eigen/QR>
#include <Eigen/SVD>
#include <catch2/catch.hpp>

#include "model/golden_regression.hpp"

using namespace pertscale;

namespace {

GeneTable const genes = lettered_genes(6);

Matrix normals(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed) {
  RandomStream stream(seed, "normals");
  Matrix out(rows, columns);
  for (Eigen::Index i = 0; i < rows; ++i)
    for (Eigen::Index j = 0; j < columns; ++j) out(i, j) = stream.normal();
  return out;
}

TrainingView training(std::vector<std::string> const& names) {
  return made_training(genes, names, made_profiles(names.size(), 6, 5, 0.3),
                       made_profiles(1, 6, 6, 0).row(0).transpose());
}

Matrix fitted(std::string const& model, TrainingView const& view,
              std::shared_ptr<FeatureTable const> table, std::vector<std::string> const& asked) {
  auto const part = made_feature_model(model, std::move(table));
  part.object->fit(view, 1);
  auto const prediction = part.object->predict(conditions(asked));
  for (auto const& status : prediction.status) REQUIRE(status.ok());
  return prediction.mean;
}

/// Least squares of least norm with an intercept, by singular values as NumPy's lstsq.
Matrix least_norm(Matrix const& x, Matrix const& y, Matrix const& asked) {
  Eigen::RowVectorXd const centre = x.colwise().mean(), mean = y.colwise().mean();
  Eigen::MatrixXd const centred = x.rowwise() - centre;
  Eigen::JacobiSVD<Eigen::MatrixXd> svd(centred, Eigen::ComputeThinU | Eigen::ComputeThinV);
  svd.setThreshold(1e-13);
  Matrix const w = svd.solve(y.rowwise() - mean);
  return ((asked.rowwise() - centre) * w).rowwise() + mean;
}

}  // namespace

TEST_CASE("ridge of one feature by hand") {
  GeneTable const one({"g"});
  auto const view = made_training(one, {"A", "B", "C"}, Matrix{{1.0}, {3.0}, {2.0}}, Vector{{1}});
  auto const table = made_table({"A", "B", "C", "D"}, Matrix{{-1.0}, {1.0}, {0.0}, {3.0}});

  // Changes 0, 2, 1: mean 1; slope (1 + 1) / (2 + alpha).
  CHECK(fitted("ridge alpha=2", view, table, {"D"})(0, 0) == Approx(1 + 1 + 3 * 0.5));
  CHECK(fitted("ridge alpha=0", view, table, {"D"})(0, 0) == Approx(1 + 1 + 3 * 1.0));
}

TEST_CASE("ridge without penalty is least squares, of least norm where features are dependent") {
  std::vector<std::string> const names{"A", "B", "C", "D", "E", "F", "G", "H", "I", "J"};
  auto const view = training({names.begin(), names.begin() + 8});
  Matrix const changes = view.profiles.rowwise() - view.control.transpose();
  Matrix dependent = normals(10, 5, 3);
  dependent.col(4) = dependent.col(0) - 2 * dependent.col(2);
  for (Matrix const& x : {normals(10, 3, 1), dependent, normals(10, 20, 2)}) {
    INFO(x.cols() << " features");
    Matrix const expected =
        least_norm(x.topRows(8), changes, x.bottomRows(2)).rowwise() + view.control.transpose();
    CHECK(
        fitted("ridge alpha=0", view, made_table(names, x), {"I", "J"}).isApprox(expected, 1e-11));
  }
}

TEST_CASE("weight=cells is the fit to every cell") {
  std::vector<std::string> const names{"A", "B", "C", "D", "E"};
  auto view = training({"A", "B", "C", "D"});
  view.cells = {3, 1, 2, 5};
  view.control_cells = 4;
  auto const x = normals(5, 7, 4);
  std::vector<std::string> cells, all_names;
  std::vector<Eigen::Index> from;
  for (std::size_t i = 0; i < 4; ++i)
    for (int k = 0; k < view.cells[i]; ++k) {
      cells.push_back(names[i] + std::to_string(k));
      from.push_back(static_cast<Eigen::Index>(i));
    }
  Matrix of_cells(static_cast<Eigen::Index>(from.size()) + 5, 7);
  of_cells << x(from, Eigen::all), Matrix::Zero(4, 7), x.row(4);
  Matrix profiles(static_cast<Eigen::Index>(from.size()) + 4, 6);
  profiles << view.profiles(from, Eigen::all), view.control.transpose().replicate(4, 1);
  for (int k = 0; k < 4; ++k) cells.push_back("none" + std::to_string(k));
  auto const expanded = made_training(genes, cells, profiles, view.control);
  all_names = cells;
  all_names.push_back("E");

  for (std::string const model :
       {"ridge alpha=0.7", "ridge alpha=0", "elastic-net alpha=0.01 tol=1e-12 max-iter=100000",
        "lasso alpha=0.01 tol=1e-12 max-iter=100000"}) {
    INFO(model);
    auto const weighted =
        fitted(model + " weight=cells with-control=yes", view, made_table(names, x), {"E"});
    auto const repeated = fitted(model, expanded, made_table(all_names, of_cells), {"E"});
    CHECK(weighted.isApprox(repeated, 1e-9));
  }
}

TEST_CASE("ridge on one-hot targets without penalty is least squares on all single cells") {
  std::vector<std::string> const names{"A", "A+B", "B", "B+C", "C"};
  std::vector<std::int64_t> const counts{4, 3, 2, 6, 3};
  Eigen::Index const control_cells = 5;
  auto view = training(names);
  auto const cells = normals(23, 6, 8);  // 18 perturbed, then control
  Eigen::MatrixXd design = Eigen::MatrixXd::Zero(23, 4);
  design.col(3).setOnes();
  Eigen::Index at = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    view.cells[i] = counts[i];
    view.profiles.row(static_cast<Eigen::Index>(i)) =
        cells.middleRows(at, counts[i]).colwise().mean();
    for (std::int64_t k = 0; k < counts[i]; ++k, ++at)
      for (auto const& target : view.conditions[i].targets) design(at, target[0] - 'A') = 1;
  }
  view.control = cells.bottomRows(control_cells).colwise().mean().transpose();
  view.control_cells = control_cells;
  Matrix const w = design.colPivHouseholderQr().solve(cells);

  auto const prediction = predicted("ridge features=one-hot alpha=0 weight=cells with-control=yes",
                                    view, {"A+C", "B+C", "A", "ctrl", "A+D"});

  CHECK(prediction.mean.row(0).isApprox(w.row(0) + w.row(2) + w.row(3), 1e-12));
  CHECK(prediction.mean.row(1).isApprox(w.row(1) + w.row(2) + w.row(3), 1e-12));
  CHECK(prediction.mean.row(2).isApprox(w.row(0) + w.row(3), 1e-12));
  CHECK(prediction.mean.row(3).isApprox(w.row(3), 1e-12));
  CHECK(prediction.status[4].word() == "no_embedding");
}

TEST_CASE("tune=validation takes the penalty that predicts the validation conditions best") {
  std::vector<std::string> const names{"A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L"};
  auto view = training({names.begin(), names.begin() + 8});
  auto const table = made_table(names, normals(12, 4, 11));
  view.validation_conditions = conditions({"I", "J", "K"});
  view.validation_profiles = made_profiles(3, 6, 21, 0.3);
  for (auto const& [model, grid] :
       {std::pair<std::string, std::vector<std::string>>{"ridge",
                                                         {"0.01", "0.1", "1", "10", "100"}},
        std::pair<std::string, std::vector<std::string>>{"elastic-net", {"0.1", "0.01"}},
        std::pair<std::string, std::vector<std::string>>{"kernel-ridge",
                                                         {"0.01", "0.1", "1", "10", "100"}}}) {
    INFO(model);
    std::string best;
    double best_score = -2;
    for (auto const& alpha : grid) {
      auto const said = fitted(model + " alpha=" + alpha, view, table, {"I", "J", "K"});
      double const score = validation_pearson(said, view);
      if (score > best_score + 1e-12) best = alpha, best_score = score;
    }
    CHECK(fitted(model + " tune=validation", view, table, {"L"})
              .isApprox(fitted(model + " alpha=" + best, view, table, {"L"}), 1e-13));
  }
}
