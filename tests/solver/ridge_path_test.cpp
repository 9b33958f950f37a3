#include "solver/ridge_path.hpp"

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "core/random.hpp"

using namespace pertscale;

namespace {

Eigen::MatrixXd normals(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed) {
  RandomStream stream(seed, "ridge path");
  Eigen::MatrixXd out(rows, columns);
  for (auto& value : out.reshaped()) value = 3 + stream.normal();
  return out;
}

RidgeRows without(RidgeRows const& rows, std::vector<int> const& fold, int left_out) {
  std::vector<Eigen::Index> kept;
  for (std::size_t i = 0; i < fold.size(); ++i)
    if (fold[i] != left_out) kept.push_back(static_cast<Eigen::Index>(i));
  return {rows.features(kept, Eigen::all), rows.outputs(kept, Eigen::all)};
}

void check_path(RidgeRows const& rows) {
  auto const asked = normals(7, rows.features.cols(), 3);
  std::vector<double> const penalties{0, 0.01, 1, 100};
  auto const path = ridge_path(rows, asked, penalties);
  for (std::size_t k = 0; k < penalties.size(); ++k) {
    auto const plain = ridge_refit(rows, asked, penalties[k]);
    CHECK((path[k] - plain).norm() <= 1e-8 * plain.norm());
  }
}

void check_folds(RidgeRows const& rows) {
  std::vector<int> fold;
  for (Eigen::Index i = 0; i < rows.features.rows(); ++i)
    fold.push_back(static_cast<int>(i * i % 3));  // folds 0 and 1, of different sizes
  fold.back() = 5;                                // and a row alone
  std::vector<double> const penalties{0.01, 1, 100};
  auto const found = ridge_folds(rows, fold, penalties);
  for (std::size_t k = 0; k < penalties.size(); ++k)
    for (std::size_t i = 0; i < fold.size(); ++i) {
      auto const row = static_cast<Eigen::Index>(i);
      auto const plain =
          ridge_refit(without(rows, fold, fold[i]), rows.features.row(row), penalties[k]);
      CHECK((found[k].row(row) - plain).norm() <= 1e-8 * plain.norm());
    }
}

}  // namespace

TEST_CASE("ridge of three points by hand") {
  RidgeRows rows{Eigen::Vector3d(-1, 0, 1), Eigen::Vector3d(1, 2, 6)};
  auto const path = ridge_path(rows, Eigen::VectorXd::Constant(1, 2.0), {0, 2});
  CHECK(path[0](0, 0) == Approx(3 + 2 * 2.5).epsilon(1e-14));   // slope 5 / 2
  CHECK(path[1](0, 0) == Approx(3 + 2 * 1.25).epsilon(1e-14));  // slope 5 / (2 + 2)
}

TEST_CASE("every penalty from one factorisation is a fresh fit, tall, wide and rank-deficient") {
  check_path({normals(40, 6, 1), normals(40, 3, 2)});
  check_path({normals(6, 40, 4), normals(6, 3, 5)});
  RidgeRows dependent{normals(30, 5, 6), normals(30, 2, 7)};
  dependent.features.col(4) = dependent.features.col(0) - dependent.features.col(1);
  check_path(dependent);
  check_path({Eigen::MatrixXd::Zero(5, 3), normals(5, 2, 8)});
  check_path({normals(1, 3, 9), normals(1, 2, 10)});
}

TEST_CASE("out-of-fold predictions from one factorisation are refits without the fold") {
  check_folds({normals(25, 4, 11), normals(25, 3, 12)});
  check_folds({normals(12, 30, 13), normals(12, 3, 14)});
  check_folds({Eigen::MatrixXd::Zero(9, 3), normals(9, 2, 15)});
}

TEST_CASE("what cannot be asked of a ridge path is a bug") {
  RidgeRows const rows{normals(4, 2, 16), normals(4, 1, 17)};
  CHECK_THROWS_AS(ridge_path(rows, normals(1, 3, 18), {1}), InternalError);
  CHECK_THROWS_AS(ridge_path(rows, normals(1, 2, 18), {-1}), InternalError);
  CHECK_THROWS_AS(ridge_folds(rows, {0, 1, 0, 1}, {0}), InternalError);
  CHECK_THROWS_AS(ridge_folds(rows, {0, 0, 0, 0}, {1}), InternalError);
}
