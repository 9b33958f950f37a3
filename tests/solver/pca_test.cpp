// RANKS 1 2 3 4
#include "solver/pca.hpp"

#include <catch2/catch.hpp>

#include "core/random.hpp"
#include "solver/rank_sums.hpp"

using namespace pertscale;

namespace {

RowMatrix normals(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed) {
  RandomStream stream(seed, "pca");
  RowMatrix out(rows, columns);
  for (auto& value : out.reshaped<Eigen::RowMajor>()) value = stream.normal();
  return out;
}

/// Counts, three in four of them zero; floats hold them exactly.
RowMatrix counts(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed) {
  RandomStream stream(seed, "pca");
  RowMatrix out(rows, columns);
  for (Eigen::Index i = 0; i < rows; ++i)
    for (Eigen::Index j = 0; j < columns; ++j)
      out(i, j) = static_cast<double>(stream.poisson(j % 5 == 0 ? 2.0 : 0.1));
  return out;
}

struct Sparse {
  std::vector<std::int64_t> starts{0};
  std::vector<std::int32_t> indices;
  std::vector<float> values;
  explicit Sparse(RowMatrix const& dense) {
    for (Eigen::Index i = 0; i < dense.rows(); ++i) {
      for (Eigen::Index j = 0; j < dense.cols(); ++j)
        if (dense(i, j) != 0) {
          indices.push_back(static_cast<std::int32_t>(j));
          values.push_back(static_cast<float>(dense(i, j)));
        }
      starts.push_back(static_cast<std::int64_t>(indices.size()));
    }
  }
};

RowMatrix part(Communicator const& team, RowMatrix const& whole) {
  auto const mine = even_share(whole.rows(), team.rank(), team.size());
  return whole.middleRows(mine.first, mine.own);
}

/// The definition: the SVD of the centred matrix, by Eigen on one rank, signs by the rule.
Pca by_definition(RowMatrix const& a, Eigen::Index count) {
  RowMatrix const own = a;
  return pca(Communicator::self(), DenseRows(own), count, SvdBody::exact);
}

void check_same(Communicator const& team, Pca const& found, Pca const& expected, double tolerance) {
  double const scale = std::max(1e-300, expected.singular.size() ? expected.singular(0) : 1);
  REQUIRE(found.singular.size() == expected.singular.size());
  CHECK((found.mean - expected.mean).norm() <= 1e-13 * std::max(1.0, expected.mean.norm()));
  CHECK((found.singular - expected.singular).norm() <= tolerance * scale);
  CHECK((gather_rows(team, found.scores) - expected.scores).norm() <= tolerance * scale);
  CHECK((found.explained - expected.explained).norm() <= tolerance);
  CHECK((found.variances - expected.variances).norm() <= tolerance * expected.variances.norm());
  for (Eigen::Index k = 0; k < found.singular.size(); ++k)
    if (expected.singular(k) > 1e-6 * scale)
      CHECK((found.components.col(k) - expected.components.col(k)).norm() <=
            100 * tolerance * scale / expected.singular(k));
}

void check_bodies(RowMatrix const& a, Eigen::Index count) {
  auto const world = Communicator::world();
  RowMatrix const own = part(world, a);
  Sparse const sparse(own);
  DenseRows const dense_rows(own);
  SparseRows const sparse_rows({a.cols(), sparse.starts, sparse.indices, sparse.values});
  RandomisedEffort const effort{.oversampling = 1000};  // no truncation: exact
  auto const expected = by_definition(a, count);
  for (RowOperator const* rows : {static_cast<RowOperator const*>(&dense_rows),
                                  static_cast<RowOperator const*>(&sparse_rows)}) {
    check_same(world, pca(world, *rows, count, SvdBody::exact), expected, 1e-10);
    check_same(world, pca(world, *rows, count, SvdBody::lanczos), expected, 1e-8);
    check_same(world, pca(world, *rows, count, SvdBody::randomised, effort), expected, 1e-8);
  }
}

}  // namespace

TEST_CASE("components of three points by hand") {
  auto const world = Communicator::world();
  RowMatrix whole(3, 2);
  whole << 1, 5, 4, 9, 7, 13;  // on the line of direction (3, 4), 5 apart
  RowMatrix const own = part(world, whole);
  for (auto const body : {SvdBody::exact, SvdBody::lanczos, SvdBody::randomised}) {
    auto const found = pca(world, DenseRows(own), 2, body);
    CHECK(found.mean.isApprox(Eigen::Vector2d(4, 9), 1e-14));
    CHECK((found.components.col(0) - Eigen::Vector2d(0.6, 0.8)).norm() < 1e-12);
    CHECK((found.variances - Eigen::Vector2d(25, 0)).norm() < 1e-11);
    CHECK((found.explained - Eigen::Vector2d(1, 0)).norm() < 1e-12);
    RowMatrix const scores = gather_rows(world, found.scores);
    CHECK((scores.col(0) - Eigen::Vector3d(-5, 0, 5)).norm() < 1e-11);
  }
}

TEST_CASE("any number of ranks and every body gives the components of the definition") {
  check_bodies(counts(90, 40, 1), 8);   // tall
  check_bodies(counts(40, 90, 2), 8);   // wide
  check_bodies(counts(30, 25, 3), 25);  // all of them
}

TEST_CASE("low rank, a zero matrix, one row, no row, fewer rows than ranks, far from zero") {
  RowMatrix const left = counts(60, 3, 4), right = counts(3, 30, 5);
  check_bodies(left * right, 6);
  check_bodies(counts(100, 1, 13) * counts(1, 80, 14), 3);
  check_bodies(RowMatrix::Zero(9, 5), 2);
  check_bodies(counts(1, 20, 6), 3);
  check_bodies(counts(2, 20, 7), 3);
  check_bodies(counts(3, 2, 8), 3);
  check_bodies(RowMatrix(0, 4), 2);
  check_bodies(counts(50, 20, 9).array() + 1000, 4);
}

TEST_CASE("the randomised body: the same test matrix on any ranks, close where the values fall") {
  auto const world = Communicator::world();
  RowMatrix const u = by_definition(normals(200, 60, 10), 60).scores;
  RowMatrix whole = u;
  for (Eigen::Index k = 0; k < 60; ++k) whole.col(k) *= std::pow(0.7, k) / u.col(k).norm();
  whole = (whole * normals(60, 60, 11)).eval();
  RowMatrix const own = part(world, whole);
  auto const exact = row_svd(Communicator::self(), DenseRows(whole), 10, SvdBody::exact);
  auto const found = row_svd(world, DenseRows(own), 10, SvdBody::randomised, {.seed = 3});
  auto const serial =
      row_svd(Communicator::self(), DenseRows(whole), 10, SvdBody::randomised, {.seed = 3});
  CHECK((found.singular - exact.singular).norm() <= 1e-8 * exact.singular(0));
  CHECK((found.right - serial.right).norm() <= 1e-8);
  auto const rough = row_svd(world, DenseRows(own), 10, SvdBody::randomised,
                             {.oversampling = 0, .power = 0, .seed = 3});
  CHECK((rough.singular - exact.singular).norm() > 1e-4 * exact.singular(0));
}

TEST_CASE("the same team gives the same bits; A = U S V'") {
  auto const world = Communicator::world();
  RowMatrix const whole = counts(70, 30, 12), own = part(world, whole);
  for (auto const body : {SvdBody::exact, SvdBody::lanczos, SvdBody::randomised}) {
    auto const one = row_svd(world, DenseRows(own), 30, body);
    auto const two = row_svd(world, DenseRows(own), 30, body);
    CHECK(one.left == two.left);
    CHECK(one.right == two.right);
    CHECK((one.left * one.singular.asDiagonal() * one.right.transpose() - own).norm() <=
          1e-8 * one.singular(0));
  }
}
