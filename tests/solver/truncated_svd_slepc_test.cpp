// RANKS 1 2 3
#include "solver/truncated_svd_slepc.hpp"

#include <catch2/catch.hpp>

#include "core/random.hpp"

using namespace pertscale;

namespace {

Eigen::MatrixXd normals(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed) {
  RandomStream stream(seed, "svd");
  Eigen::MatrixXd out(rows, columns);
  for (auto& value : out.reshaped()) value = stream.normal();
  return out;
}

void check_as_exact(Communicator const& team, Eigen::MatrixXd const& matrix, Eigen::Index rank) {
  auto const exact = truncated_svd(matrix, rank);
  auto const iterative = truncated_svd_slepc(team, matrix, rank);
  REQUIRE(iterative.rank() == exact.rank());
  CHECK((iterative.singular - exact.singular).norm() <= 1e-8 * exact.singular(0));
  CHECK((iterative.scores() - exact.scores()).norm() <= 1e-8 * exact.singular(0));
}

}  // namespace

TEST_CASE("SLEPc's Lanczos SVD is the exact one, tall and wide") {
  auto const world = Communicator::world();
  check_as_exact(world, normals(200, 60, 1), 10);
  check_as_exact(world, normals(60, 200, 2), 10);
  check_as_exact(world, normals(200, 60, 3), 60);
}

TEST_CASE("a matrix of low rank and one far from centred") {
  auto const world = Communicator::world();
  check_as_exact(world, normals(90, 4, 4) * normals(4, 50, 5), 6);
  check_as_exact(world, (normals(90, 50, 6).array() + 100).matrix(), 5);
  auto const nothing = truncated_svd_slepc(world, Eigen::MatrixXd::Zero(9, 5), 2);
  CHECK(nothing.scores().cwiseAbs().maxCoeff() == 0);
}

TEST_CASE("the same team gives the same bits") {
  auto const world = Communicator::world();
  auto const matrix = normals(200, 60, 1);
  CHECK(truncated_svd_slepc(world, matrix, 10).scores() ==
        truncated_svd_slepc(world, matrix, 10).scores());
}

TEST_CASE("a team of some ranks works while the others do not take part") {
  auto const world = Communicator::world();
  auto const team = world.split(world.root() ? 0 : 1);
  if (!world.root()) check_as_exact(team, normals(50, 20, 7), 3);
  world.barrier();
}
