// RANKS 1 2 3
#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "io/ordered_blocks.hpp"

using namespace pertscale;
using Catch::Matchers::Contains;

namespace {

std::vector<std::byte> block_of(std::int64_t b) { return {static_cast<std::byte>(b)}; }

}  // namespace

TEST_CASE("blocks reach rank 0 once each and in order") {
  auto const world = Communicator::world();
  auto const count = GENERATE(0, 1, 2, 7, 20);
  std::vector<std::int64_t> seen;

  run_ordered(world, {count, block_of, [&](std::vector<std::byte> const& block) {
                        seen.push_back(static_cast<std::int64_t>(block.front()));
                      }});

  CHECK(seen.size() == static_cast<std::size_t>(world.root() ? count : 0));
  for (std::size_t i = 0; i < seen.size(); ++i) CHECK(seen[i] == static_cast<std::int64_t>(i));
}

TEST_CASE("a failure while consuming ends every rank with its sentence") {
  auto const world = Communicator::world();
  auto const fails_at = GENERATE(0, 1, 5, 19);
  std::int64_t consumed = 0;
  OrderedBlocks const blocks{20, block_of, [&](std::vector<std::byte> const&) {
                               if (consumed++ == fails_at) throw UserError("disk full");
                             }};

  CHECK_THROWS_WITH(run_ordered(world, blocks), Contains("disk full"));
}

TEST_CASE("a failure while making ends every rank with its sentence") {
  auto const world = Communicator::world();
  auto const fails_at = GENERATE(0, 1, 2, 5, 19);
  OrderedBlocks const blocks{20,
                             [&](std::int64_t b) {
                               if (b == fails_at) throw UserError("no memory");
                               return block_of(b);
                             },
                             [](std::vector<std::byte> const&) {}};

  CHECK_THROWS_WITH(run_ordered(world, blocks), Contains("no memory"));
  CHECK_NOTHROW(run_ordered(world, {3, block_of, [](std::vector<std::byte> const&) {}}));
}
