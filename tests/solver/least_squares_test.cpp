// RANKS 1 2 3 4
#include "solver/least_squares.hpp"

#include <Eigen/QR>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/random.hpp"
#include "solver/rank_sums.hpp"

using namespace pertscale;

namespace {

constexpr LeastSquaresBody all_bodies[] = {LeastSquaresBody::exact, LeastSquaresBody::lsqr,
                                           LeastSquaresBody::normal};

RowMatrix normals(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed) {
  RandomStream stream(seed, "least squares");
  RowMatrix out(rows, columns);
  for (auto& value : out.reshaped<Eigen::RowMajor>()) value = stream.normal();
  return out;
}

/// Counts, most of them zero; floats hold them exactly.
RowMatrix counts(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed) {
  RandomStream stream(seed, "least squares");
  RowMatrix out(rows, columns);
  for (auto& value : out.reshaped<Eigen::RowMajor>())
    value = static_cast<double>(stream.poisson(0.4));
  return out;
}

RowMatrix part(Communicator const& team, RowMatrix const& whole) {
  auto const mine = even_share(whole.rows(), team.rank(), team.size());
  return whole.middleRows(mine.first, mine.own);
}

/// The definition, apart from the code under test: X of (A'A + penalty I) X = A'B by a QR of A with
/// sqrt(penalty) I below it, A and B centred by hand.
RowMatrix by_definition(RowMatrix a, RowMatrix b, double penalty, bool intercept) {
  if (intercept) {
    a.rowwise() -= a.colwise().mean().eval();
    b.rowwise() -= b.colwise().mean().eval();
  }
  Eigen::MatrixXd left = Eigen::MatrixXd::Zero(a.rows() + a.cols(), a.cols());
  Eigen::MatrixXd right = Eigen::MatrixXd::Zero(a.rows() + a.cols(), b.cols());
  left.topRows(a.rows()) = a;
  left.bottomRows(a.cols()).diagonal().setConstant(std::sqrt(penalty));
  right.topRows(b.rows()) = b;
  if (b.cols() == 0) return Eigen::MatrixXd::Zero(a.cols(), 0);
  return left.completeOrthogonalDecomposition().solve(right);
}

void check_rows(RowOperator const& rows, RowMatrix const& own_b, RowMatrix const& a,
                RowMatrix const& b, double penalty) {
  auto const world = Communicator::world();
  for (bool const intercept : {false, true})
    for (auto const body : all_bodies) {
      INFO(a.rows() << " x " << a.cols() << ", penalty " << penalty << ", body "
                    << static_cast<int>(body) << ", intercept " << intercept);
      RowMatrix const expected = by_definition(a, b, penalty, intercept);
      auto const found = least_squares(world, rows, own_b, {penalty, intercept, body});
      CHECK(found.converged());
      CHECK((found.coefficients - expected).norm() <= 1e-8 * expected.norm() + 1e-14);
      Eigen::RowVectorXd shift = Eigen::RowVectorXd::Zero(b.cols());
      if (intercept && b.rows() > 0) shift = b.colwise().mean() - a.colwise().mean() * expected;
      CHECK((found.intercept - shift).norm() <= 1e-8 * (b.norm() + expected.norm()));
      REQUIRE(found.ends.size() == static_cast<std::size_t>(b.cols()));
      for (auto const& end : found.ends) CHECK(end.residual <= 1e-11);
    }
}

void check_bodies(RowMatrix const& a, RowMatrix const& b, double penalty) {
  auto const world = Communicator::world();
  RowMatrix const own = part(world, a);
  check_rows(DenseRows(own), part(world, b), a, b, penalty);

  std::vector<std::int64_t> starts{0};
  std::vector<std::int32_t> indices;
  std::vector<float> values;
  RowMatrix const rounded = a.cast<float>().cast<double>(), own_rounded = part(world, rounded);
  for (Eigen::Index i = 0; i < own_rounded.rows(); ++i) {
    for (Eigen::Index j = 0; j < a.cols(); ++j)
      if (own_rounded(i, j) != 0) {
        indices.push_back(static_cast<std::int32_t>(j));
        values.push_back(static_cast<float>(own_rounded(i, j)));
      }
    starts.push_back(static_cast<std::int64_t>(indices.size()));
  }
  check_rows(SparseRows({a.cols(), starts, indices, values}), part(world, b), rounded, b, penalty);
}

}  // namespace

TEST_CASE("least squares of three points by hand") {
  auto const world = Communicator::world();
  RowMatrix a(3, 1), b(3, 1);
  a << -1, 0, 1;
  b << 1, 2, 6;
  RowMatrix const own = part(world, a);
  for (auto const body : all_bodies) {
    auto const line = least_squares(world, DenseRows(own), part(world, b), {0, true, body});
    CHECK(line.coefficients(0, 0) == Approx(2.5).epsilon(1e-13));
    CHECK(line.intercept(0) == Approx(3).epsilon(1e-13));
    auto const ridge = least_squares(world, DenseRows(own), part(world, b), {2, false, body});
    CHECK(ridge.coefficients(0, 0) == Approx(5.0 / 4).epsilon(1e-13));
    CHECK(ridge.intercept(0) == 0);
  }
}

TEST_CASE("every body on any ranks gives the definition: tall, wide, rank deficient") {
  check_bodies(normals(60, 12, 1), normals(60, 3, 2), 0);
  check_bodies(counts(60, 12, 3), normals(60, 3, 4), 2);
  check_bodies(counts(15, 40, 5), normals(15, 3, 6), 0.5);
  RowMatrix deficient = counts(50, 8, 7);
  deficient.col(7) = deficient.col(0) + deficient.col(1);
  check_bodies(deficient, normals(50, 2, 8), 1);
  check_bodies(deficient, normals(50, 2, 8), 0);  // of least norm
  check_bodies(counts(15, 40, 5), normals(15, 2, 9), 0);
}

TEST_CASE("one row, fewer rows than ranks, no row, a zero matrix, no right-hand side") {
  check_bodies(normals(1, 5, 10), normals(1, 2, 11), 0.3);
  check_bodies(normals(2, 3, 12), normals(2, 2, 13), 0.3);
  check_bodies(normals(3, 2, 14), normals(3, 1, 15), 0);
  check_bodies(RowMatrix(0, 3), RowMatrix(0, 2), 1);
  check_bodies(RowMatrix::Zero(6, 3), normals(6, 2, 16), 1);
  check_bodies(normals(6, 3, 17), RowMatrix(6, 0), 1);
}

TEST_CASE("a matrix without columns leaves the mean") {
  auto const world = Communicator::world();
  RowMatrix const nothing = part(world, RowMatrix(6, 0)), b = normals(6, 2, 27);
  for (auto const body : all_bodies) {
    auto const found = least_squares(world, DenseRows(nothing), part(world, b), {0, true, body});
    CHECK(found.coefficients.rows() == 0);
    CHECK((found.intercept - b.colwise().mean()).norm() <= 1e-14);
  }
}

TEST_CASE("a zero right-hand side among others has zero coefficients, and says why") {
  auto const world = Communicator::world();
  RowMatrix const a = normals(20, 4, 18), own = part(world, a);
  RowMatrix b = normals(20, 3, 19);
  b.col(1).setZero();
  check_bodies(a, b, 0.1);
  for (auto const body : {LeastSquaresBody::lsqr, LeastSquaresBody::normal}) {
    auto const found = least_squares(world, DenseRows(own), part(world, b), {0.1, false, body});
    CHECK(found.coefficients.col(1).isZero(0));
    CHECK(found.ends[1].reason == "A' b is zero");
    CHECK(found.ends[1].residual == 0);
    CHECK(found.ends[0].reason.starts_with("CONVERGED"));
    CHECK(found.ends[0].residual <= 1e-11);
    CHECK(found.ends[0].iterations >= 4);
    CHECK(found.ends[0].iterations <= 8);
  }
}

TEST_CASE("one iteration does not converge: the iterate is returned, and it is said") {
  auto const world = Communicator::world();
  RowMatrix const a = normals(30, 6, 20), b = normals(30, 2, 21), own = part(world, a);
  for (auto const body : {LeastSquaresBody::lsqr, LeastSquaresBody::normal})
    for (double const penalty : {0.0, 1.0}) {
      LeastSquaresOptions options{penalty, false, body};
      options.iterations = 1;
      auto const found = least_squares(world, DenseRows(own), part(world, b), options);
      CHECK_FALSE(found.converged());
      for (auto const& end : found.ends) {
        CHECK(end.iterations == 1);
        CHECK(end.reason == "DIVERGED_ITS");
        CHECK(end.residual > 1e-3);
      }
      // One step of either is along A' b, as far as is best there.
      for (Eigen::Index k = 0; k < 2; ++k) {
        Eigen::VectorXd const g = a.transpose() * b.col(k);
        double const step = g.squaredNorm() / ((a * g).squaredNorm() + penalty * g.squaredNorm());
        CHECK((found.coefficients.col(k) - step * g).norm() <= 1e-12 * step * g.norm());
        double const rest =
            (g - a.transpose() * (a * g) * step - penalty * step * g).norm() / g.norm();
        CHECK(found.ends[static_cast<std::size_t>(k)].residual == Approx(rest).epsilon(1e-10));
      }
    }
}

TEST_CASE("the same team gives the same bits; a part of the ranks works alone") {
  auto const world = Communicator::world();
  RowMatrix const a = normals(40, 9, 22), b = normals(40, 2, 23), own = part(world, a);
  for (auto const body : all_bodies)
    CHECK(least_squares(world, DenseRows(own), part(world, b), {1, true, body}).coefficients ==
          least_squares(world, DenseRows(own), part(world, b), {1, true, body}).coefficients);
  auto const team = world.split(world.root() ? 0 : 1);
  if (!world.root()) {
    RowMatrix const mine = part(team, a);
    auto const found = least_squares(team, DenseRows(mine), part(team, b), {1});
    RowMatrix const expected = by_definition(a, b, 1, false);
    CHECK((found.coefficients - expected).norm() <= 1e-8 * expected.norm());
  }
  world.barrier();
}

TEST_CASE("what cannot be asked of least squares is a bug") {
  auto const world = Communicator::world();
  RowMatrix const a = normals(4, 2, 24), b = normals(5, 1, 25);
  CHECK_THROWS_AS(least_squares(world, DenseRows(a), b), InternalError);
  CHECK_THROWS_AS(least_squares(world, DenseRows(a), normals(4, 1, 26), {-1}), InternalError);
  for (auto const& options :
       {LeastSquaresOptions{.tolerance = 0}, LeastSquaresOptions{.tolerance = -2},
        LeastSquaresOptions{.iterations = -2}})
    CHECK_THROWS_AS(least_squares(world, DenseRows(a), normals(4, 1, 26), options), InternalError);
  RowMatrix hole = a;
  hole(0, 0) = std::numeric_limits<double>::quiet_NaN();
  for (bool const intercept : {false, true})
    CHECK_THROWS_AS(least_squares(world, DenseRows(hole), normals(4, 1, 26), {1, intercept}),
                    InternalError);
}
