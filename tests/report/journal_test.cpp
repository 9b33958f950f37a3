#include "report/journal.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "shared_data.hpp"

using namespace pertscale;

TEST_CASE("what is appended is found again, by any number of writers") {
  TemporaryFolder const folder;
  {
    JournalWriter first(folder.path(), "20260101T000000.000", 0);
    JournalWriter second(folder.path(), "20260101T000000.000", 1);
    first.append("aaa", "payload of a\nwith two lines");
    second.append("bbb", "");
    first.append("ccc", "unit ccc 3 0123456789abcdef\nlooks like a frame");
  }
  JournalIndex const index(folder.path());
  CHECK(index.frames() == 3);
  CHECK(index.payload("aaa") == "payload of a\nwith two lines");
  CHECK(index.payload("bbb").empty());
  CHECK(index.payload("ccc") == "unit ccc 3 0123456789abcdef\nlooks like a frame");
  CHECK_FALSE(index.contains("ddd"));
}

TEST_CASE("a journal cut anywhere keeps its whole frames and loses only the torn one") {
  TemporaryFolder const folder;
  {
    JournalWriter writer(folder.path(), "s", 0);
    for (int i = 0; i < 5; ++i) writer.append("key" + std::to_string(i), std::string(20, 'p'));
  }
  auto const path = std::filesystem::directory_iterator(folder.path())->path();
  std::string const whole = read_text(path);
  std::size_t const frame = whole.size() / 5;
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    std::ofstream(path, std::ios::binary) << whole.substr(0, cut);
    JournalIndex const index(folder.path());
    // the line break that ends a frame may be missing
    CHECK(index.frames() == (cut + 1) / frame);
  }
}

TEST_CASE("a damaged frame is passed over, the ones after it are read") {
  TemporaryFolder const folder;
  {
    JournalWriter writer(folder.path(), "s", 0);
    for (int i = 0; i < 3; ++i) writer.append("key" + std::to_string(i), "payload");
  }
  auto const path = std::filesystem::directory_iterator(folder.path())->path();
  std::string text = read_text(path);
  text[text.find("payload", text.find("key1"))] = 'X';
  std::ofstream(path, std::ios::binary) << text;
  JournalIndex const index(folder.path());
  CHECK(index.keys() == std::vector<std::string>{"key0", "key2"});
}
