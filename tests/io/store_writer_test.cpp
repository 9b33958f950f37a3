// RANKS 1 2 3 4
#include "io/store_writer.hpp"

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "io/made_store.hpp"
#include "shared_data.hpp"

using namespace pertscale;

namespace {

/// One folder for all ranks.
std::string shared_path(Communicator const& comm, TemporaryFolder const& folder) {
  std::string path = (folder / "made.store").string();
  comm.broadcast(path);
  return path;
}

}  // namespace

TEST_CASE("any number of ranks writes the same bytes, which read back") {
  auto const world = Communicator::world();
  TemporaryFolder const folder;
  auto const path = shared_path(world, folder);
  auto const made = made_store();

  write_made_store(world, path, made);

  world.barrier();
  StoreFile const store(path);
  CHECK(store.shape().offsets == made.shape.offsets);
  CHECK(store.shape().groups == made.shape.groups);
  CHECK(store.text("name") == "made");
  MatrixBlock block;
  store.read(0, store.pieces().size(), block);
  CHECK(block.values == std::vector<double>(made.values.begin(), made.values.end()));
  CHECK(block.minor == made.genes);
  for (std::int64_t t = 0; t < 6; ++t) {
    auto const table = store.moments(static_cast<StoreMoment>(t), 0, 2);
    CHECK(std::vector<double>(table.data(), table.data() + 8) == made_moments(t, 0, 2));
  }
  CHECK_NOTHROW(store.verify());
  // what one rank alone writes is the same file
  auto const alone = (folder / "alone.store").string();
  write_made_store(Communicator::self(), alone, made);
  CHECK(sha256_hex(read_text(alone)) == sha256_hex(read_text(path)));
  world.barrier();
}

TEST_CASE("a folder that is not there is one sentence on every rank") {
  auto const world = Communicator::world();
  CHECK_THROWS_AS(write_made_store(world, "/nonexistent/made.store", made_store()), UserError);
}
