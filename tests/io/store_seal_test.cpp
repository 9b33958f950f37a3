#include "io/store_seal.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "core/error.hpp"
#include "shared_data.hpp"

using namespace pertscale;
using Catch::Matchers::Contains;

namespace {

void write(std::filesystem::path const& path, std::string const& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// 3 MiB, of which the second is bulk.
std::string sealed_bytes(std::filesystem::path const& path) {
  std::string content(3 << 20, '\0');
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i * 7 / 5);
  write(path, content);
  write_seal(path.string(), {{1 << 20, 1 << 20}, {0, 0}});
  return read_text(path);
}

}  // namespace

TEST_CASE("a sealed file is known and whole") {
  TemporaryFolder const folder;
  auto const path = (folder / "file").string();
  auto const bytes = sealed_bytes(path);

  CHECK(bytes.size() == (3 << 20) + seal_bytes);
  CHECK(has_seal(path));
  CHECK_NOTHROW(check_seal(path));
}

TEST_CASE("a changed byte outside the bulk breaks the seal, one inside does not") {
  TemporaryFolder const folder;
  auto const path = folder / "file";
  auto const bytes = sealed_bytes(path);
  struct Case {
    std::size_t at;
    bool harmless;
  };
  auto const item = GENERATE(Case{0, false}, Case{(1 << 20) - 1, false}, Case{1 << 20, true},
                             Case{(2 << 20) - 1, true}, Case{2 << 20, false},
                             Case{(3 << 20) - 1, false}, Case{(3 << 20) + 20, false},
                             Case{(3 << 20) + 4000, false}, Case{(3 << 20) + 4095, false});

  auto damaged = bytes;
  damaged[item.at] ^= 4;
  write(path, damaged);

  if (item.harmless)
    CHECK_NOTHROW(check_seal(path.string()));
  else
    CHECK_THROWS_WITH(check_seal(path.string()), Contains("make the store anew"));
}

TEST_CASE("a file that is shorter or longer than it was sealed is refused") {
  TemporaryFolder const folder;
  auto const path = folder / "file";
  auto const bytes = sealed_bytes(path);
  for (std::size_t const size :
       {std::size_t{0}, std::size_t{100}, bytes.size() - seal_bytes, bytes.size() - 1}) {
    write(path, bytes.substr(0, size));
    CHECK_FALSE(has_seal(path.string()));
    CHECK_THROWS_AS(check_seal(path.string()), UserError);
  }
  write(path, "x" + bytes);
  CHECK_THROWS_WITH(check_seal(path.string()), Contains("was sealed at"));
}
