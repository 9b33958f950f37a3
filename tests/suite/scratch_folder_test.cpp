// RANKS 1 3
#include "suite/scratch_folder.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

#include "parallel/communicator.hpp"
#include "shared_data.hpp"

using namespace pertscale;

TEST_CASE("a scratch folder goes at the end, and takes along what killed processes left") {
  auto const world = Communicator::world();
  namespace fs = std::filesystem;
  TemporaryFolder const folder;
  std::string of_root = folder.path().string();
  world.broadcast(of_root);
  fs::path const parent(of_root);
  std::string const mark = process_mark();
  std::string const host = mark.substr(0, mark.rfind('.') + 1);
  fs::path const dead = parent / (".pertscale-test." + host + "99999999");  // above any process id
  fs::path const other_host = parent / ".pertscale-test.elsewhere.99999999";
  fs::path const alive = parent / (".pertscale-test." + host + "1");
  if (world.root())
    for (auto const& path : {dead, other_host, alive}) fs::create_directories(path / "records");
  world.barrier();
  {
    ScratchFolder const scratch(world, parent, "test");
    CHECK(fs::is_directory(scratch.path()));
    CHECK_FALSE(fs::exists(dead));
    CHECK(fs::exists(other_host));
    CHECK(fs::exists(alive));
    world.barrier();
  }
  world.barrier();
  if (world.root()) CHECK(std::distance(fs::directory_iterator(parent), {}) == 2);
  world.barrier();
}
