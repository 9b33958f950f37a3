// RANKS 1 2 3 4
#include "solver/team_linear_algebra.hpp"

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "core/random.hpp"

using namespace pertscale;

namespace {

Eigen::MatrixXd normals(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed) {
  RandomStream stream(seed, "team");
  Eigen::MatrixXd out(rows, columns);
  for (auto& value : out.reshaped()) value = stream.normal();
  return out;
}

TeamLinearAlgebra everyone() { return TeamLinearAlgebra(Communicator::world()); }

}  // namespace

TEST_CASE("a team's SVD, solution and Gram matrix are those of one rank") {
  auto const team = everyone();
  auto const& own = own_linear_algebra();
  CHECK(team.member() == Communicator::world().rank());
  CHECK(team.members() == Communicator::world().size());
  for (auto const& [rows, columns] : {std::pair{120, 40}, {40, 120}, {1, 30}, {2, 3}}) {
    auto const a = normals(rows, columns, 1);
    auto const one = own.svd(a, 5), all = team.svd(a, 5);
    REQUIRE(one.rank() == all.rank());
    CHECK((one.scores() - all.scores()).norm() <= 1e-8 * one.singular(0));
    CHECK((own.gram(a) - team.gram(a)).norm() <= 1e-13 * own.gram(a).norm());
    auto const b = normals(columns, 7, 2);
    CHECK((*own.solve_spd(own.gram(a), 1, b) - *team.solve_spd(own.gram(a), 1, b)).norm() <=
          1e-10 * b.norm());
    CHECK_FALSE(team.solve_spd(-own.gram(a), 0, b));
  }
}

TEST_CASE("Gram matrices of several tiles and blocks of rows, and of none") {
  auto const team = everyone();
  for (auto const& [rows, columns] :
       {std::pair{5000, 20}, {30, 600}, {4096, 257}, {0, 3}, {3, 0}}) {
    auto const a = normals(rows, columns, 3);
    Eigen::MatrixXd const gram = team.gram(a);
    REQUIRE(gram.rows() == columns);
    CHECK((gram - a.transpose() * a).norm() <= 1e-12 * std::max(1.0, gram.norm()));
    CHECK(gram == gram.transpose());
  }
}

TEST_CASE("a team of any size gives the same Gram bits") {
  auto const a = normals(5000, 300, 4);
  auto const world = Communicator::world();
  TeamLinearAlgebra const alone(Communicator::self());
  CHECK(everyone().gram(a) == alone.gram(a));
}

TEST_CASE("shared work: each piece once, every result everywhere and in order") {
  auto const team = everyone();
  int worked = 0;
  std::vector<double> seen;
  team.share(
      7,
      [&](std::size_t i) {
        ++worked;
        CHECK(static_cast<int>(i) % team.members() == team.member());
        return std::vector<double>(i, 0.1 * static_cast<double>(i));
      },
      [&](std::size_t i, std::span<double const> values) {
        CHECK(values.size() == i);
        seen.push_back(static_cast<double>(i));
        for (auto const value : values) CHECK(value == 0.1 * static_cast<double>(i));
      });
  CHECK(seen == std::vector<double>{0, 1, 2, 3, 4, 5, 6});
  std::int64_t total[] = {worked};
  Communicator::world().sum(std::span<std::int64_t>(total));
  CHECK(total[0] == 7);
  team.share(
      0, [](std::size_t) -> std::vector<double> { throw 1; },
      [](std::size_t, std::span<double const>) { FAIL(); });
}

TEST_CASE("a failure in a piece, or in taking one, is everyone's") {
  auto const team = everyone();
  auto const fine = [](std::size_t) { return std::vector<double>{1}; };
  auto const nothing = [](std::size_t, std::span<double const>) {};
  auto const last = static_cast<std::size_t>(team.members() - 1);
  CHECK_THROWS_AS(team.share(
                      last + 1,
                      [&](std::size_t i) -> std::vector<double> {
                        if (i == last) throw UserError("the last piece is wrong");
                        return {1};
                      },
                      nothing),
                  UserError);
  CHECK_THROWS_AS(team.share(
                      3,
                      [&](std::size_t i) -> std::vector<double> {
                        if (i == 0) throw 7;
                        return {1};
                      },
                      nothing),
                  InternalError);
  CHECK_THROWS_AS(team.share(5, fine,
                             [&](std::size_t i, std::span<double const>) {
                               if (i == 1 && team.member() == static_cast<int>(last))
                                 throw UserError("one member cannot take piece 1");
                             }),
                  UserError);
  double total = 0;  // the team works on
  team.share(5, fine, [&](std::size_t, std::span<double const> values) { total += values[0]; });
  CHECK(total == 5);
}
