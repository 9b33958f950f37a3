// RANKS 1 2 3 4
#include "solver/normal_equations.hpp"

#include <Eigen/QR>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/random.hpp"
#include "solver/least_squares.hpp"
#include "solver/rank_sums.hpp"

using namespace pertscale;

namespace {

RowMatrix normals(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed) {
  RandomStream stream(seed, "normal equations");
  RowMatrix out(rows, columns);
  for (auto& value : out.reshaped<Eigen::RowMajor>()) value = stream.normal();
  return out;
}

RowMatrix part(Communicator const& team, RowMatrix const& whole) {
  auto const mine = even_share(whole.rows(), team.rank(), team.size());
  return whole.middleRows(mine.first, mine.own);
}

/// This rank's rows in blocks of at most `height`, summed over the ranks.
NormalEquations summed(Communicator const& team, RowMatrix const& x, RowMatrix const& y,
                       Eigen::Index height) {
  RowMatrix const own_x = part(team, x), own_y = part(team, y);
  NormalEquations out(x.cols(), y.cols());
  for (Eigen::Index i = 0; i < own_x.rows(); i += height) {
    Eigen::Index const n = std::min(height, own_x.rows() - i);
    out.add(own_x.middleRows(i, n), own_y.middleRows(i, n));
  }
  out.sum_over_ranks(team);
  return out;
}

void check_solutions(RowMatrix const& x, RowMatrix const& y, std::vector<double> const& penalties) {
  auto const world = Communicator::world();
  for (Eigen::Index const height : {1, 4, 1000}) {
    auto const equations = summed(world, x, y, height);
    CHECK(equations.rows() == static_cast<double>(x.rows()));
    for (bool const intercept : {false, true}) {
      auto const fits = equations.solve(penalties, intercept);
      REQUIRE(fits.size() == penalties.size());
      for (std::size_t k = 0; k < fits.size(); ++k) {
        INFO(x.rows() << " x " << x.cols() << ", penalty " << penalties[k] << ", blocks of "
                      << height << ", intercept " << intercept);
        auto const plain = least_squares(Communicator::self(), DenseRows(x), y,
                                         {penalties[k], intercept, LeastSquaresBody::exact});
        CHECK((fits[k].coefficients - plain.coefficients).norm() <=
              1e-8 * plain.coefficients.norm() + 1e-14);
        CHECK((fits[k].intercept - plain.intercept).norm() <= 1e-8 * (y.norm() + 1e-6));
      }
    }
  }
}

}  // namespace

TEST_CASE("normal equations of three points by hand") {
  auto const world = Communicator::world();
  RowMatrix x(3, 1), y(3, 1);
  x << 1, 2, 3;
  y << 1, 2, 6;
  auto const equations = summed(world, x, y, 2);
  CHECK(equations.gram()(0, 0) == Approx(14).epsilon(1e-14));
  CHECK(equations.cross()(0, 0) == Approx(23).epsilon(1e-14));
  CHECK(equations.feature_sums()(0) == Approx(6).epsilon(1e-14));
  CHECK(equations.output_sums()(0) == Approx(9).epsilon(1e-14));
  double const penalties[] = {0, 2};
  auto const lines = equations.solve(penalties);
  CHECK(lines[0].coefficients(0, 0) == Approx(2.5).epsilon(1e-13));
  CHECK(lines[0].intercept(0) == Approx(3 - 2.5 * 2).epsilon(1e-13));
  CHECK(lines[1].coefficients(0, 0) == Approx(1.25).epsilon(1e-13));
  auto const through_zero = equations.solve(penalties, false);
  CHECK(through_zero[1].coefficients(0, 0) == Approx(23.0 / 16).epsilon(1e-13));
  CHECK(through_zero[1].intercept(0) == 0);
}

TEST_CASE("the sums are those of the rows") {
  auto const world = Communicator::world();
  RowMatrix const x = normals(37, 5, 1), y = normals(37, 2, 2);
  auto const equations = summed(world, x, y, 7);
  CHECK((equations.gram() - x.transpose() * x).norm() <= 1e-13 * x.squaredNorm());
  CHECK((equations.cross() - x.transpose() * y).norm() <= 1e-13 * x.norm() * y.norm());
  CHECK((equations.feature_sums() - x.colwise().sum()).norm() <= 1e-12);
  CHECK((equations.output_sums() - y.colwise().sum()).norm() <= 1e-12);
}

TEST_CASE("any blocks on any ranks give the QR of the rows: tall, wide, rank deficient") {
  check_solutions(normals(60, 12, 3), normals(60, 3, 4), {0, 0.01, 1, 100});
  check_solutions(normals(15, 40, 5), normals(15, 3, 6), {0, 0.5, 10});
  RowMatrix deficient = normals(50, 8, 7);
  deficient.col(7) = deficient.col(0) + deficient.col(1);
  check_solutions(deficient, normals(50, 2, 8), {0, 0.1, 10});
}

TEST_CASE("one row, fewer rows than ranks, zero features, zero outputs, no outputs") {
  check_solutions(normals(1, 5, 9), normals(1, 2, 10), {0.3});
  check_solutions(normals(2, 3, 11), normals(2, 2, 12), {0.3});
  check_solutions(RowMatrix::Zero(6, 3), normals(6, 2, 13), {0, 1});
  check_solutions(normals(6, 3, 14), RowMatrix::Zero(6, 2), {0, 1});
  check_solutions(normals(6, 3, 15), RowMatrix(6, 0), {1});
}

TEST_CASE("columns far from zero lose nothing by centring") {
  auto const world = Communicator::world();
  RowMatrix const near = normals(40, 4, 16), y = normals(40, 2, 17);
  RowMatrix const far = near.array() + 1048576;  // 2^20: X'X would lose 12 of 16 digits
  double const penalties[] = {0, 1};
  auto const expected = summed(world, near, y, 8).solve(penalties);
  auto const found = summed(world, far, y, 8).solve(penalties);
  for (std::size_t k = 0; k < 2; ++k)
    CHECK((found[k].coefficients - expected[k].coefficients).norm() <=
          1e-8 * expected[k].coefficients.norm());
}

TEST_CASE("the same blocks on the same team give the same bits, on every rank") {
  auto const world = Communicator::world();
  RowMatrix const x = normals(30, 6, 18), y = normals(30, 2, 19);
  double const penalties[] = {0.5};
  RowMatrix const one = summed(world, x, y, 4).solve(penalties)[0].coefficients;
  RowMatrix const two = summed(world, x, y, 4).solve(penalties)[0].coefficients;
  CHECK(one == two);
  RowMatrix const all = gather_rows(world, one);
  for (int r = 0; r < world.size(); ++r) CHECK(all.middleRows(6 * r, 6) == one);
}

TEST_CASE("what cannot be asked of normal equations is a bug") {
  NormalEquations equations(2, 1);
  double const fine[] = {1}, negative[] = {-1};
  CHECK_THROWS_AS(equations.solve(fine), InternalError);
  CHECK_THROWS_AS(equations.add(normals(3, 3, 20), normals(3, 1, 21)), InternalError);
  CHECK_THROWS_AS(equations.add(normals(3, 2, 20), normals(2, 1, 21)), InternalError);
  RowMatrix hole = normals(3, 2, 20);
  hole(1, 1) = std::numeric_limits<double>::infinity();
  CHECK_THROWS_AS(equations.add(hole, normals(3, 1, 21)), InternalError);
  equations.add(normals(3, 2, 20), normals(3, 1, 21));
  CHECK_THROWS_AS(equations.solve(negative), InternalError);
}
