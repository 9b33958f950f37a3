#include <catch2/catch.hpp>
#include <fstream>

#include "core/error.hpp"
#include "io/made_store.hpp"
#include "io/reader.hpp"
#include "shared_data.hpp"

using namespace pertscale;
using Catch::Matchers::Contains;

namespace {

void write(std::filesystem::path const& path, std::string const& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string made_bytes(TemporaryFolder const& folder) {
  auto const path = (folder / "made.store").string();
  write_made_store(Communicator::self(), path, made_store());
  return read_text(path);
}

/// Everything a screen reader gives out, as text.
std::string all_of(std::string const& path) {
  auto const reader = open_screen(path);
  std::string out = reader->describe();
  for (auto const& name : reader->obs("").values) out += name;
  for (auto const& name : reader->obs("condition").values) out += name;
  for (auto const& name : reader->var("", "X").values) out += name;
  reader->select("X");
  MatrixBlock block;
  for (auto const& slab : reader->slabs(1 << 20)) {
    reader->read(slab, block);
    for (double const value : block.values) out += std::to_string(value) + " ";
    for (auto const gene : block.minor) out += std::to_string(gene) + " ";
  }
  StoreFile(path).verify();
  return out;
}

}  // namespace

TEST_CASE("a store is opened by its own reader and is a screen like any other") {
  TemporaryFolder const folder;
  made_bytes(folder);
  auto const path = (folder / "made.store").string();

  auto const reader = open_screen(path);
  reader->select("X");

  CHECK_THAT(reader->describe(), Contains("screen store"));
  CHECK(reader->matrices() == std::vector<std::string>{"X"});
  CHECK(reader->info().rows == 5);
  CHECK(reader->info().columns == 4);
  CHECK(reader->obs("condition").values[2] == "KLF1");
  CHECK(reader->slabs(1).size() == cut_pieces(made_store().shape).size());
  CHECK_THROWS_WITH(reader->select("raw"), Contains("holds one matrix"));
  CHECK_THROWS_AS(reader->obs("guide"), UserError);
}

TEST_CASE("a flipped bit is refused or changes nothing") {
  TemporaryFolder const folder;
  auto const bytes = made_bytes(folder);
  auto const path = folder / "made.store";
  auto const whole = all_of(path.string());
  int harmless = 0;

  for (std::size_t at = 0; at < bytes.size(); at += 13) {
    auto damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << (at % 8)));
    write(path, damaged);
    try {
      auto const found = all_of(path.string());
      CHECK(found == whole);
      ++harmless;
    } catch (UserError const& error) {
      CHECK_THAT(error.what(), Contains("made.store"));
    }
  }

  CHECK(harmless == 0);  // every byte is under some checksum
}

TEST_CASE("a store that was cut off is refused") {
  TemporaryFolder const folder;
  auto const bytes = made_bytes(folder);
  auto const path = folder / "made.store";
  for (std::size_t size = 1; size < bytes.size(); size += 97) {
    write(path, bytes.substr(0, size));
    CHECK_THROWS_AS(all_of(path.string()), UserError);
  }
  write(path, bytes.substr(0, bytes.size() - seal_bytes));
  CHECK_THROWS_WITH(open_screen(path.string()), Contains("never finished"));
}

TEST_CASE("a store without its seal was never finished") {
  TemporaryFolder const folder;
  auto const path = (folder / "made.store").string();
  auto const made = made_store();
  create_store(path, made.shape, made.content);
  CHECK_THROWS_WITH(open_screen(path), Contains("make the store anew"));
}
