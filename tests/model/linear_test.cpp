#include <Eigen/LU>
#include <Eigen/QR>
#include <Eigen/SVD>
#include <catch2/catch.hpp>

#include "data/features.hpp"
#include "model/linear_fit.hpp"
#include "model/made_training.hpp"

using namespace pertscale;

namespace {

Matrix normals(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed) {
  RandomStream stream(seed, "normals");
  Matrix out(rows, columns);
  for (Eigen::Index i = 0; i < rows; ++i)
    for (Eigen::Index j = 0; j < columns; ++j) out(i, j) = stream.normal();
  return out;
}

/// The formula as printed, by explicit inverses: x_hat - c0 = G W p + b.
Vector plain_change(Matrix const& g, Matrix const& p, Matrix const& y, double ridge,
                    Vector const& q) {
  Vector const b = y.rowwise().mean();
  Matrix const identity_g = Matrix::Identity(g.cols(), g.cols());
  Matrix const identity_p = Matrix::Identity(p.cols(), p.cols());
  Matrix const centred = y.colwise() - b;
  Matrix const w = (g.transpose() * g + ridge * identity_g).inverse() * g.transpose() * centred *
                   p * (p.transpose() * p + ridge * identity_p).inverse();
  return g * w * q + b;
}

/// Genes A..L; every target but X is among them.
struct Screen12 {
  GeneTable genes = lettered_genes(12);
  TrainingView view =
      made_training(genes, {"A+B", "A+ctrl", "B+ctrl", "C+ctrl", "D+ctrl", "X+ctrl"},
                    made_profiles(6, 12, 5, 0.3), made_profiles(1, 12, 6, 0).row(0).transpose());
};

/// Section 3.2 once more, written down step by step with Eigen's own decompositions.
Vector plain_linear(TrainingView const& view, Eigen::Index rank, double ridge,
                    std::string const& target) {
  Eigen::MatrixXd x(view.control.size(), view.profiles.rows() + 1);
  x << view.profiles.transpose(), view.control;
  x.rowwise() -= x.colwise().mean().eval();
  Eigen::JacobiSVD<Eigen::MatrixXd> const svd(x, Eigen::ComputeThinU);
  Matrix const g = svd.matrixU().leftCols(rank) * svd.singularValues().head(rank).asDiagonal();
  std::vector<Vector> embeddings, changes;
  for (std::size_t i = 0; i < view.size(); ++i) {
    auto const gene = view.genes->find(view.conditions[i].targets.front());
    if (view.conditions[i].order() != 1 || !gene) continue;
    embeddings.push_back(g.row(static_cast<Eigen::Index>(*gene)).transpose());
    changes.push_back(view.profiles.row(static_cast<Eigen::Index>(i)).transpose() - view.control);
  }
  embeddings.push_back(Vector::Zero(rank));
  changes.push_back(Vector::Zero(view.control.size()));
  auto const count = static_cast<Eigen::Index>(embeddings.size());
  Matrix p(count, rank), y(view.control.size(), count);
  for (Eigen::Index i = 0; i < count; ++i) {
    p.row(i) = embeddings[static_cast<std::size_t>(i)].transpose();
    y.col(i) = changes[static_cast<std::size_t>(i)];
  }
  Vector const q = g.row(static_cast<Eigen::Index>(*view.genes->find(target))).transpose();
  return plain_change(g, p, y, ridge, q) + view.control;
}

Matrix orthogonal(Eigen::Index n, std::uint64_t seed) {
  return Eigen::HouseholderQR<Eigen::MatrixXd>(normals(n, n, seed)).householderQ() *
         Eigen::MatrixXd::Identity(n, n);
}

}  // namespace

TEST_CASE("a 5 x 4 fit that can be checked by hand") {
  // G = e1, P = (1, -1, 2, 0): G'G = 1, P'P = 6. Y has one gene that moves, mean 0.5.
  LinearProblem problem{Matrix::Zero(5, 1), Matrix(4, 1), Matrix::Zero(4, 5), 0.5};
  problem.genes(0, 0) = 1;
  problem.perturbations << 1, -1, 2, 0;
  problem.changes.col(0) = Vector{{2, -3, 3, 0}};
  problem.changes.col(3).setConstant(4);

  auto const fit = LinearFit::fit(problem);

  // G'(Y - b)P = 1.5 + 3.5 + 2 * 2.5 = 10; W = 10 / (1.5 * 6.5).
  double const w = 10 / 9.75;
  REQUIRE(fit);
  CHECK(fit->weights()(0, 0) == Approx(w).epsilon(1e-14));
  CHECK(fit->change(Vector{{2}}).isApprox(Vector{{2 * w + 0.5, 0, 0, 4, 0}}, 1e-14));
}

TEST_CASE("the fit equals the printed formula with explicit inverses") {
  auto const g = normals(30, 4, 1), p = normals(9, 3, 2), y = normals(30, 9, 3);
  auto const fit = LinearFit::fit({g, p, y.transpose(), 0.1});

  REQUIRE(fit);
  for (Eigen::Index i = 0; i < p.rows(); ++i)
    CHECK(fit->change(p.row(i).transpose())
              .isApprox(plain_change(g, p, y, 0.1, p.row(i).transpose()), 1e-12));
}

TEST_CASE("an orthogonal change of basis of G and P changes nothing") {
  auto const g = normals(30, 4, 1), p = normals(9, 4, 2), y = normals(9, 30, 3);
  auto const basis = orthogonal(4, 4);
  auto const fit = LinearFit::fit({g, p, y, 0.1});
  auto const turned = LinearFit::fit({g * basis, p * basis, y, 0.1});

  REQUIRE((fit && turned));
  for (Eigen::Index i = 0; i < p.rows(); ++i)
    CHECK(turned->change((p.row(i) * basis).transpose())
              .isApprox(fit->change(p.row(i).transpose()), 1e-13));
}

TEST_CASE("exact recovery where Y - b = G W P' with P's columns summing to zero") {
  auto const g = normals(30, 4, 1), w = normals(4, 3, 2);
  Matrix p = normals(9, 3, 3);
  p.rowwise() -= p.colwise().mean().eval();
  Vector const b = normals(30, 1, 4).col(0);
  Matrix const y = (g * w * p.transpose()).colwise() + b;

  for (double const ridge : {0.0, 1e-10}) {
    auto const fit = LinearFit::fit({g, p, y.transpose(), ridge});
    REQUIRE(fit);
    CHECK(fit->weights().isApprox(w, 1e-8));
    for (Eigen::Index i = 0; i < p.rows(); ++i)
      CHECK(fit->change(p.row(i).transpose()).isApprox(y.col(i), 1e-8));
  }
}

TEST_CASE("linear equals section 3.2 written down step by step") {
  Screen12 const screen;
  for (int const rank : {1, 3, 5}) {
    auto const text = "linear ridge=0.1 rank=" + std::to_string(rank);
    auto const prediction = predicted(text, screen.view, {"E+ctrl", "C+ctrl"});
    CHECK(prediction.mean.row(0).transpose().isApprox(plain_linear(screen.view, rank, 0.1, "E"),
                                                      1e-11));
    CHECK(prediction.mean.row(1).transpose().isApprox(plain_linear(screen.view, rank, 0.1, "C"),
                                                      1e-11));
  }
}

TEST_CASE("control is predicted as b + c0, the mean with control where all are embedded") {
  Screen12 const screen;
  auto view = made_training(screen.genes, {"A", "B", "C", "D"}, made_profiles(4, 12, 5, 0.3),
                            screen.view.control);

  CHECK(predicted("linear", view, {"ctrl"})
            .mean.isApprox(predicted("perturbed-mean with-control=yes", view, {"E"}).mean, 1e-13));

  // With X and A+B not embedded, b is the mean over A, B, C, D and control's zero alone.
  Vector const b = (view.profiles.rowwise() - view.control.transpose()).colwise().sum() / 5;
  view.profiles.conservativeResize(6, 12);
  view.profiles.bottomRows(2) = made_profiles(2, 12, 9, 1);
  view.conditions = conditions({"A", "B", "C", "D", "A+B", "X"});
  view.cells.resize(6, 1);
  CHECK(predicted("linear", view, {"ctrl"})
            .mean.row(0)
            .transpose()
            .isApprox(b + view.control, 1e-13));
}

TEST_CASE("what has no embedding is said so, unless embeddings are random") {
  Screen12 const screen;
  std::vector<std::string> const asked{"X+ctrl", "C+D", "E+ctrl"};

  auto const trained = predicted("linear", screen.view, asked);
  CHECK(trained.status[0].word() == "no_embedding");
  CHECK(trained.status[1].word() == "no_embedding");
  CHECK(trained.status[2].ok());
  auto const drawn = predicted("linear perturbation-embedding=random", screen.view, asked);
  for (auto const& status : drawn.status) CHECK(status.ok());
}

TEST_CASE("random embeddings follow the seed and the names") {
  Screen12 const screen;
  for (std::string const options : {"gene-embedding=random", "perturbation-embedding=random",
                                    "gene-embedding=random perturbation-embedding=random"}) {
    auto const text = "linear " + options;
    auto const first = predicted(text, screen.view, {"E+ctrl", "F"}, 1);
    auto const swapped = predicted(text, screen.view, {"ctrl+F", "E"}, 1);
    CHECK(first.mean.row(0) == swapped.mean.row(1));
    CHECK(first.mean.row(1) == swapped.mean.row(0));
    CHECK(largest_difference(first.mean, predicted(text, screen.view, {"E", "F"}, 2).mean) > 1e-6);
  }
}

TEST_CASE("a random gene embedding predicts little more than b + c0") {
  auto const genes = lettered_genes(400);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < 60; ++i) names.push_back(genes.name(i));
  auto const view = made_training(genes, names, made_profiles(60, 400, 5, 0.3),
                                  made_profiles(1, 400, 6, 0).row(0).transpose());
  auto const prediction = predicted("linear gene-embedding=random", view, {"ctrl", "U2"});
  double const moved = (prediction.mean.row(1) - prediction.mean.row(0)).norm();
  double const change = (view.profiles.row(0).transpose() - view.control).norm();
  CHECK(moved < 0.3 * change);
}

TEST_CASE("a latent screen has no genes to look perturbations up in") {
  Screen12 screen;
  screen.view.values = ValueKind::latent;

  CHECK(predicted("linear", screen.view, {"E"}).status[0].word() == "not_applicable");
  CHECK(predicted("linear perturbation-embedding=random", screen.view, {"E"}).status[0].ok());
}

TEST_CASE("linear without a ridge on dependent embeddings says singular, never NaN") {
  GeneTable const genes = lettered_genes(12);
  auto const view = made_training(genes, {"A", "B"}, made_profiles(2, 12, 5, 0.3),
                                  made_profiles(1, 12, 6, 0).row(0).transpose());

  CHECK(predicted("linear ridge=0 rank=3", view, {"C"}).status[0].word() == "singular");
  CHECK(predicted("linear ridge=0 rank=2", view, {"C"}).mean.allFinite());
  CHECK(predicted("linear", view, {"C"}).mean.allFinite());
}

TEST_CASE("linear with control alone predicts control") {
  GeneTable const genes = lettered_genes(4);
  auto const view = made_training(genes, {}, Matrix(0, 4), Vector{{1, 2, 0, 3}});

  CHECK(predicted("linear", view, {"A"}).mean.row(0).transpose() == view.control);
}

TEST_CASE("the options of linear are checked") {
  CHECK_THROWS_WITH(made_model("linear rank=0"), Catch::Contains("at least 1"));
  CHECK_THROWS_WITH(made_model("linear ridge=-1"), Catch::Contains("at least 0"));
  CHECK_THROWS_WITH(made_model("linear gene-embedding="), Catch::Contains("names no file"));
}

namespace {

/// `linear` with an option's file read: `table`.
Prediction with_features(std::string const& text, std::string const& option,
                         FeatureTable const& table, TrainingView const& view,
                         std::vector<std::string> const& asked) {
  auto part = made_model(text + " " + option + "=made.csv");
  part.options.find(option)->features->table = std::make_shared<FeatureTable const>(table);
  part.object->fit(view, 1);
  return part.object->predict(conditions(asked));
}

FeatureTable features(std::vector<std::string> names, Matrix values) {
  FeatureTable table;
  table.names = std::move(names);
  table.values = std::move(values);
  table.index_names();
  return table;
}

}  // namespace

TEST_CASE("linear with perturbations from features is the formula on them") {
  Screen12 screen;
  auto table = features({"A", "B", "C", "E", "A+B"}, normals(5, 3, 4));
  for (bool const own_control : {false, true}) {
    if (own_control) table.control = normals(1, 3, 9).row(0).transpose();
    auto const said = with_features("linear rank=4", "perturbation-embedding", table, screen.view,
                                    {"E", "D", "A+B", "A+E", "ctrl"});
    // training rows with features: A+B, A, B, C (not D, X), then control
    Eigen::MatrixXd x(12, 7);
    x << screen.view.profiles.transpose(), screen.view.control;
    x.rowwise() -= x.colwise().mean().eval();
    Eigen::JacobiSVD<Eigen::MatrixXd> const svd(x, Eigen::ComputeThinU);
    Matrix const g = svd.matrixU().leftCols(4) * svd.singularValues().head(4).asDiagonal();
    Vector const none = table.control.value_or(Vector::Zero(3));
    Matrix p(5, 3), y = Matrix::Zero(12, 5);
    p << table.values.row(4), table.values.row(0), table.values.row(1), table.values.row(2),
        none.transpose();
    for (Eigen::Index i = 0; i < 4; ++i)
      y.col(i) = screen.view.profiles.row(i).transpose() - screen.view.control;

    Vector const e = plain_change(g, p, y, 0.1, table.values.row(3).transpose());
    CHECK((said.mean.row(0).transpose() - screen.view.control - e).norm() < 1e-10);
    CHECK(said.status[1].word() == "no_embedding");
    CHECK(said.status[2].ok());
    CHECK(said.status[3].word() ==
          "no_embedding");  // a combination has features of its own or none
    Vector const c = plain_change(g, p, y, 0.1, none);
    CHECK((said.mean.row(4).transpose() - screen.view.control - c).norm() < 1e-10);
  }
}

TEST_CASE("a read-out gene without features is predicted by the mean training change") {
  Screen12 screen;
  auto const table = features({"A", "B", "C", "D", "E", "F"}, normals(6, 2, 8));
  auto const said = with_features("linear perturbation-embedding=random", "gene-embedding", table,
                                  screen.view, {"A", "G"});
  // over all training rows and control, whose change is 0
  Vector const mean =
      (screen.view.profiles.colwise().sum().transpose() - 6 * screen.view.control) / 7;
  for (Eigen::Index row = 0; row < 2; ++row)
    for (Eigen::Index gene = 6; gene < 12; ++gene)
      CHECK(said.mean(row, gene) == Approx(screen.view.control[gene] + mean[gene]).epsilon(1e-12));
  CHECK(said.mean(0, 0) != Approx(said.mean(1, 0)));
}
