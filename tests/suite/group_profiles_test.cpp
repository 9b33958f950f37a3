// RANKS 1 2 3
#include "suite/group_profiles.hpp"

#include <catch2/catch.hpp>
#include <cstring>

#include "shared_data.hpp"
#include "suite/made_screen.hpp"
#include "suite/store_build.hpp"
#include "suite/store_ingest.hpp"

using namespace pertscale;

namespace {

DatasetSpec spec_of(std::string const& path, bool counts) {
  DatasetSpec spec;
  spec.name = std::filesystem::path(path).stem().string();
  spec.file = spec.path = path;
  spec.values = counts ? "counts" : "lognormalised";
  spec.context_column = "context";
  return spec;
}

bool same_bits(ProfileTable const& a, ProfileTable const& b) {
  if (a.rows() != b.rows() || a.genes() != b.genes()) return false;
  for (std::size_t row = 0; row < a.rows(); ++row)
    if (std::memcmp(a.row(row).data(), b.row(row).data(), a.genes() * sizeof(double)) != 0)
      return false;
  return true;
}

}  // namespace

TEST_CASE("halves of a store are its own sums where the seed is its own, and streamed otherwise") {
  auto const world = Communicator::world();
  TemporaryFolder const mine;
  std::string folder = mine.path().string();
  world.broadcast(folder);
  bool const counts = GENERATE(true, false);
  auto const file = folder + "/screen.h5ad", store = folder + "/made.store";
  if (world.root()) write_screen(file, made_screen(90, counts ? 1 : 0.0625), MatrixFormat::csr);
  world.barrier();
  auto const source = open_dataset(spec_of(file, counts), world);
  build_store(source, world, store, {});
  // normalised as when it was made
  auto const stored = open_dataset(spec_of_store(source.spec, store), world);

  for (std::int64_t const seed : {0, 3}) {
    auto const streamed = group_profiles(source, half_groups(source, seed), world, folder, {});
    auto const found = group_profiles(stored, half_groups(stored, seed), world, folder, {});
    auto const again = group_profiles(stored, half_groups(stored, seed), world, folder, {});

    CHECK(same_bits(streamed.mean, found.mean));
    CHECK(same_bits(streamed.mean, again.mean));
    CHECK(streamed.variance.rows() == streamed.mean.rows());
    // a store keeps means of its halves only: this tells whether it was streamed
    CHECK(found.variance.empty() == (seed == 0));
  }
  world.barrier();
}
