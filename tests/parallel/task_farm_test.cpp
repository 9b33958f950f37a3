// RANKS 1 2 3 4
#include "parallel/task_farm.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

using namespace pertscale;

namespace {

/// How often each unit ran, over all ranks.
std::vector<std::int32_t> run_counts(Communicator const& world, std::vector<FarmUnit> const& units,
                                     FarmHooks const& hooks, bool& complete) {
  std::vector<std::int32_t> counts(units.size(), 0);
  complete = run_farm(
      world, units, [&](std::size_t u) { ++counts[u]; }, hooks);
  world.sum(counts);
  return counts;
}

}  // namespace

TEST_CASE("every unit runs once") {
  auto const world = Communicator::world();
  std::vector<FarmUnit> units;
  for (int i = 0; i < 100; ++i) units.push_back({static_cast<double>(i % 7), {}});
  std::size_t last_finished = 0;
  FarmHooks hooks;
  hooks.progress = [&](FarmProgress const& p) { last_finished = p.finished; };
  bool complete = false;

  auto const counts = run_counts(world, units, hooks, complete);

  CHECK(complete);
  CHECK(counts == std::vector<std::int32_t>(100, 1));
  if (world.root()) CHECK(last_finished == 100);
}

TEST_CASE("an empty farm ends at once") {
  bool complete = false;
  CHECK(run_counts(Communicator::world(), {}, {}, complete).empty());
  CHECK(complete);
}

TEST_CASE("a unit waits for those it comes after") {
  auto const world = Communicator::world();
  std::vector<FarmUnit> units{{1, {}}, {100, {0}}, {100, {0}}, {1000, {1, 2}}};
  std::vector<std::int64_t> started(4, 0), ended(4, 0);
  auto const clock = [] { return std::chrono::steady_clock::now().time_since_epoch().count(); };
  bool const complete = run_farm(world, units, [&](std::size_t u) {
    started[u] = clock();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    ended[u] = clock();
  });
  world.sum(started);  // each ran on one rank; the others hold zero
  world.sum(ended);
  CHECK(complete);
  CHECK(started[1] >= ended[0]);
  CHECK(started[2] >= ended[0]);
  CHECK(started[3] >= std::max(ended[1], ended[2]));
}

TEST_CASE("a stop on any rank ends the farm early and no unit runs twice") {
  auto const world = Communicator::world();
  std::vector<FarmUnit> const units(200, FarmUnit{1, {}});
  int mine = 0;
  std::vector<std::int32_t> counts(units.size(), 0);
  FarmHooks hooks;
  hooks.stop = [&] { return world.rank() == world.size() - 1 && mine >= 3; };
  bool const complete = run_farm(
      world, units,
      [&](std::size_t u) {
        ++counts[u];
        ++mine;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      },
      hooks);
  world.sum(counts);
  CHECK_FALSE(complete);
  CHECK(*std::max_element(counts.begin(), counts.end()) == 1);
}

TEST_CASE("with one rank the longest units run first") {
  auto const world = Communicator::world();
  std::vector<std::size_t> order;
  run_farm(world, {{1, {}}, {5, {}}, {3, {}}}, [&](std::size_t u) { order.push_back(u); });
  if (world.size() == 1) CHECK(order == std::vector<std::size_t>{1, 2, 0});
}
