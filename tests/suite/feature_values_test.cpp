#include "suite/feature_values.hpp"

#include <Eigen/SVD>
#include <catch2/catch.hpp>
#include <tuple>

#include "core/error.hpp"
#include "core/random.hpp"
#include "suite/feature_spec.hpp"

using namespace pertscale;

namespace {

Matrix random_values(Eigen::Index rows, Eigen::Index columns) {
  RandomStream random(3, "feature values");
  Matrix out(rows, columns);
  for (Eigen::Index i = 0; i < out.size(); ++i) out.data()[i] = random.normal();
  return out;
}

/// Scores by a full SVD of the centred table.
Matrix plain_scores(Matrix const& values, Eigen::Index components) {
  Eigen::MatrixXd const centred = values.rowwise() - values.colwise().mean();
  Eigen::JacobiSVD<Eigen::MatrixXd> const svd(centred, Eigen::ComputeThinU | Eigen::ComputeThinV);
  Eigen::MatrixXd v = svd.matrixV().leftCols(components);
  for (Eigen::Index k = 0; k < components; ++k) {
    Eigen::Index at = 0;
    v.col(k).cwiseAbs().maxCoeff(&at);
    if (v(at, k) < 0) v.col(k) *= -1;
  }
  return centred * v;
}

std::vector<FeatureSpec> specs_of(std::string const& text) {
  std::vector<FeatureSpec> out;
  for (auto const& source : input_sources(text)) out.push_back(feature_spec(source));
  return out;
}

FeatureTable table(std::vector<std::string> names, Matrix values) {
  FeatureTable out;
  out.names = std::move(names);
  out.values = std::move(values);
  out.index_names();
  return out;
}

}  // namespace

TEST_CASE("principal components of features are those of a full SVD") {
  for (auto const& [rows, columns] : {std::pair{30, 8}, std::pair{9, 25}, std::pair{10, 10}}) {
    auto const values = random_values(rows, columns);
    auto const scores = principal_scores(values, 5);
    REQUIRE(scores.cols() == 5);
    CHECK((scores - plain_scores(values, 5)).cwiseAbs().maxCoeff() < 1e-10);
  }
  CHECK(principal_scores(random_values(4, 9), 100).cols() == 3);
}

TEST_CASE("components of annotations do not need the dense table") {
  std::vector<std::vector<std::int32_t>> const members{{0, 1, 2}, {2, 5}, {0, 1, 2, 3, 6}, {4}, {}};
  Matrix dense = Matrix::Zero(7, 5);
  for (std::size_t t = 0; t < members.size(); ++t)
    for (auto const row : members[t]) dense(row, static_cast<Eigen::Index>(t)) = 1;
  CHECK((principal_scores(members, 7, 3) - plain_scores(dense, 3)).cwiseAbs().maxCoeff() < 1e-10);
}

TEST_CASE("components of many annotations by Lanczos are the dense ones") {
  RandomStream random(9, "annotations");
  std::vector<std::vector<std::int32_t>> members(120);
  for (std::size_t t = 0; t < members.size(); ++t)
    for (std::int32_t row = 0; row < 90; ++row)
      if (random.uniform() < 0.4 / (1 + 0.2 * static_cast<double>(t % 30)) + (row < 20 ? 0.2 : 0))
        members[t].push_back(row);
  members[7] = members[3];  // two terms of the same genes
  auto const dense = principal_scores(members, 90, 6, 120);
  CHECK((principal_scores(members, 90, 6, 0) - dense).cwiseAbs().maxCoeff() <= 1e-9);
  CHECK(principal_scores(members, 90, 80, 0).cols() == 80);
}

TEST_CASE("the spectral embedding of a graph, by hand") {
  // two nodes joined by an edge of weight 1: strength 1 each, so the diagonal gets 1/(2 - 1), and
  // [[1, 1], [1, 1]] has the eigenvalue 2 with (1, 1)/sqrt 2, and 0
  auto const pair = spectral_embedding({{0, 1, 1.0}}, 2, 2);
  CHECK(pair(0, 0) == Approx(1).epsilon(1e-14));
  CHECK(pair(1, 0) == Approx(1).epsilon(1e-14));
  CHECK(pair.col(1).cwiseAbs().maxCoeff() < 1e-7);
  // a star of three leaves: eigenvalues +-sqrt 3 before the diagonal; the largest magnitudes are
  // one at each end
  auto const star = spectral_embedding({{0, 1, 1.0}, {0, 2, 1.0}, {3, 0, 1.0}}, 4, 2);
  // diagonal (1, 1/3, 1/3, 1/3): on (1, a, a, a), l = 1 + 3 a and l a = 1 + a/3
  double const high = (4.0 / 3 + std::sqrt(4.0 / 9 + 12)) / 2;
  double const a = (high - 1) / 3;
  CHECK(star(0, 0) == Approx(std::sqrt(high / (1 + 3 * a * a))).epsilon(1e-12));
  CHECK(star(2, 0) == Approx(a * std::sqrt(high / (1 + 3 * a * a))).epsilon(1e-12));
  CHECK(star(1, 1) * star(0, 1) < 0);  // the other end: centre and leaves of opposite sign
  // an edge given twice weighs twice
  CHECK(spectral_embedding({{0, 1, 0.5}, {1, 0, 0.5}}, 2, 1)(0, 0) == Approx(1).epsilon(1e-14));
}

TEST_CASE("a graph's embedding by Lanczos is the dense one") {
  RandomStream random(8, "graph");
  std::vector<GraphEdge> edges;
  auto const node = [&](std::uint64_t below) {
    return static_cast<std::int32_t>(random.below(below));
  };
  for (int i = 0; i < 4000; ++i) edges.push_back({node(400), node(400), random.uniform()});
  for (int i = 0; i < 500; ++i) edges.push_back({node(20), node(20), 1.0});   // a denser part
  for (int i = 0; i < 200; ++i) edges.push_back({400, 401 + node(30), 0.5});  // a star, apart
  auto const dense = spectral_embedding(edges, 440, 6, 440);  // nodes 431 to 439 have no edge
  auto const sparse = spectral_embedding(edges, 440, 6, 0);
  REQUIRE(dense.cols() == 6);
  CHECK(dense.col(5).norm() > 1);
  CHECK((sparse - dense).cwiseAbs().maxCoeff() <= 1e-9);
  CHECK(spectral_embedding(edges, 440, 440, 0).cols() == 440);
  CHECK(spectral_embedding({}, 30, 2, 0).isZero(0));
}

TEST_CASE("sources side by side keep the names that all have") {
  Matrix left(3, 1), right(2, 2);
  left << 1, 2, 3;
  right << 10, 11, 20, 21;
  auto one = table({"A", "B", "C"}, left), two = table({"C", "A"}, right);
  two.control = Vector::Constant(2, 7);
  auto const joined = join_features({one, two});
  REQUIRE(joined.names == std::vector<std::string>{"A", "C"});
  CHECK(joined.values.row(0) == Eigen::RowVector3d(1, 20, 21));
  CHECK(joined.values.row(1) == Eigen::RowVector3d(3, 10, 11));
  CHECK(*joined.control == Eigen::Vector3d(0, 7, 7));
  CHECK(joined.find("C") == std::size_t{1});
  CHECK_FALSE(joined.find("B"));
}

TEST_CASE("terms are kept by their number of genes") {
  FeatureFile file;
  file.kind = FeatureFile::Kind::annotation;
  file.names = {"A", "B", "C"};
  file.terms = {"one", "two", "three"};
  file.members = {{0}, {0, 2}, {0, 1, 2}};
  auto const made = feature_values(file, specs_of("go.gmt(min-genes=2;max-genes=2)").front());
  CHECK(made.dimensions == std::vector<std::string>{"two"});
  CHECK(made.values.col(0) == Eigen::Vector3d(1, 0, 1));
  CHECK_THROWS_WITH(feature_values(file, specs_of("go.gmt(min-genes=4)").front()),
                    Catch::Contains("go.gmt: 0 of 3 terms"));
}

TEST_CASE("an option that a source does not heed is refused") {
  FeatureFile file;
  file.names = {"A", "B"};
  file.values = random_values(2, 2);
  file.heeds = {"key"};
  auto const refusal = [&](std::string const& text) -> std::string {
    try {
      feature_values(file, specs_of(text).front());
    } catch (UserError const& error) {
      return error.what();
    }
    return "";
  };
  CHECK(refusal("x.npz(key=emb;pca=1;gene-map=m.tsv)").empty());
  CHECK(refusal("x.npz(min-genes=2)") ==
        "x.npz: min-genes= has no effect on an embedding of this form, which takes key, pca, "
        "gene-map; leave it out");
  for (std::string const option : {"names-key=a", "transpose=yes", "dimensions=2", "context=A"})
    CHECK_THAT(refusal("x.npz(" + option + ")"), Catch::Contains("has no effect"));
  file.kind = FeatureFile::Kind::graph;
  file.heeds = {};
  CHECK(refusal("x.csv(dimensions=1;min-weight=0.5)").empty());
  CHECK_THAT(refusal("x.csv(pca=2)"), Catch::Contains("pca= has no effect on a graph"));
  file.kind = FeatureFile::Kind::annotation;
  CHECK_THAT(refusal("x.gmt(key=a)"), Catch::Contains("key= has no effect on a file of terms"));
  CHECK_THROWS_WITH(specs_of("screen:k.cfg(gene-map=m.tsv)"),
                    Catch::Contains("k.cfg: gene-map= has no effect on a screen"));
}

TEST_CASE("how features are written") {
  auto const specs = specs_of("a/go.tsv.gz(pca=256;min-genes=20), screen:k562.cfg ,x.npz");
  REQUIRE(specs.size() == 3);
  CHECK(specs[0].path == "a/go.tsv.gz");
  CHECK(specs[0].pca == 256);
  CHECK(specs[0].min_genes == 20);
  CHECK(specs[1].screen);
  CHECK(specs[1].path == "k562.cfg");
  CHECK(specs[1].pca == 10);
  CHECK(specs[2].canonical != specs[0].canonical);
  CHECK_THROWS_WITH(specs_of("x.npz(pac=1)"), Catch::Contains("x.npz: unknown option 'pac'"));
  CHECK_THROWS_WITH(specs_of("x.npz(pca=-1)"), Catch::Contains("at least 0"));
  CHECK_THROWS_WITH(specs_of("x.npz(pca=1"), Catch::Contains("not closed"));
  CHECK_THROWS_WITH(specs_of("x.npz(pca)"), Catch::Contains("key=value"));
  CHECK_THROWS_WITH(specs_of("a.csv,,b.csv"), Catch::Contains("has no file"));
  CHECK_THROWS_WITH(specs_of("x.npz(pca=1)y"), Catch::Contains("behind the bracket of x.npz"));
  CHECK_THROWS_WITH(specs_of("x.npz)"), Catch::Contains("do not fit"));
}

TEST_CASE("an option knows whether it names files, and screens among them") {
  InputFeatures features{.text = "one-hot", .words = {"one-hot"}};
  CHECK_FALSE(features.names_files());
  for (auto const& [text, files, screens] :
       std::vector<std::tuple<std::string, bool, bool>>{{"screen:k562.cfg(pca=3)", true, true},
                                                        {"x.npz, screen:k562.cfg", true, true},
                                                        {"my-screen:notes.csv", true, false},
                                                        {"x.npz(gene-map=screen:a)", true, false},
                                                        {"one-hot", false, false}}) {
    features.take(text);
    CHECK(features.names_files() == files);
    CHECK(features.reads_screens() == screens);
  }
  CHECK_THROWS_AS(features.take("x.npz("), UserError);
  CHECK(features.text == "one-hot");
}
