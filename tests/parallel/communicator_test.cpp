// RANKS 1 2 3 4
#include "parallel/communicator.hpp"

#include <catch2/catch.hpp>
#include <numeric>

#include "core/error.hpp"

using namespace pertscale;

TEST_CASE("integer sums are over all ranks") {
  auto const world = Communicator::world();
  std::vector<std::int64_t> values{1, world.rank(), std::int64_t{1} << 40};
  world.sum(values);
  std::int64_t const n = world.size();
  CHECK(values == std::vector<std::int64_t>{n, n * (n - 1) / 2, n << 40});
}

TEST_CASE("sum_to gives the total to one rank") {
  auto const world = Communicator::world();
  int const root = world.size() - 1;
  std::vector<std::int32_t> values{1, 2};
  world.sum_to(values, root);
  if (world.rank() == root)
    CHECK(values == std::vector<std::int32_t>{world.size(), 2 * world.size()});
}

TEST_CASE("texts are broadcast and gathered whatever their length") {
  auto const world = Communicator::world();
  std::string text = world.root() ? std::string(100000, 'x') : "";
  world.broadcast(text);
  CHECK(text.size() == 100000);

  auto const all = world.gather(std::string(static_cast<std::size_t>(world.rank()), 'r'));

  REQUIRE(static_cast<int>(all.size()) == world.size());
  for (std::size_t r = 0; r < all.size(); ++r) CHECK(all[r].size() == r);
}

TEST_CASE("a failure of one rank is every rank's, with its sentence") {
  auto const world = Communicator::world();
  int const last = world.size() - 1;
  auto const work = [&] {
    agree(world, [&] {
      if (world.rank() == last) throw UserError("screen.h5ad: is damaged");
    });
  };
  CHECK_THROWS_WITH(work(), "screen.h5ad: is damaged");
  CHECK_THROWS_AS(agree(world, [] { throw Stopped("asked"); }), Stopped);
  CHECK_THROWS_AS(agree(world, [] { throw std::runtime_error("x"); }), InternalError);
  CHECK_NOTHROW(agree(world, [] {}));
}

TEST_CASE("what rank 0 makes is on every rank") {
  auto const world = Communicator::world();
  CHECK(on_root(world, [] { return std::string("made once"); }) == "made once");
  CHECK_THROWS_AS(on_root(world, []() -> std::string { throw UserError("no"); }), UserError);
}

TEST_CASE("a split communicator holds the ranks of one colour") {
  auto const world = Communicator::world();
  auto const half = world.split(world.rank() % 2);
  CHECK(half.size() == (world.size() + 1 - world.rank() % 2) / 2);
  CHECK(half.max(static_cast<double>(world.rank() % 2)) == world.rank() % 2);
}

TEST_CASE("ranks of one machine are counted") {
  auto const world = Communicator::world();
  int const here = world.ranks_on_node();
  CHECK(here >= 1);
  CHECK(here <= world.size());
  CHECK(Communicator::self().ranks_on_node() == 1);
}
