#include <catch2/catch.hpp>

#include <algorithm>
#include <regex>

#include "core/error.hpp"
#include "core/text.hpp"
#include "io/reader.hpp"
#include "shared_data.hpp"

using namespace pertscale;

namespace {

/// The broken files of malformed.py, written once; none where Python or h5py is absent.
class MalformedFiles {
 public:
  struct Case {
    std::string path, level, ask, pattern;
  };

  MalformedFiles() {
    std::string const command = std::string("/usr/bin/python3 -B ") + PERTSCALE_SOURCE_DIR +
                                "/tests/io/malformed.py " + folder_.path().string() + " >&2";
    if (std::system(command.c_str()) != 0) return;
    for (auto const& line : split(read_text(folder_ / "cases.tsv"), '\n')) {
      if (line.empty()) continue;
      auto const fields = split(line, '\t');
      cases_.push_back(
          {(folder_ / fields.at(0)).string(), fields.at(1), fields.at(2), fields.at(3)});
    }
  }

  std::vector<Case> const& cases() const { return cases_; }
  std::string valid() const { return (folder_ / "valid.h5ad").string(); }

 private:
  TemporaryFolder folder_;
  std::vector<Case> cases_;
};

MalformedFiles const& files() {
  static MalformedFiles const made;
  return made;
}

/// Reads everything a dataset would; returns the refusal, or an empty text.
std::string refusal(std::string const& path, std::string const& ask) {
  try {
    auto const reader = open_screen(path);
    std::string matrix = "X";
    if (ask.starts_with("obs:"))
      reader->obs(ask.substr(4));
    else if (ask.starts_with("numbers:"))
      reader->obs_numbers(ask.substr(8));
    else if (ask.starts_with("var:"))
      reader->var(ask.substr(4), "X");
    else
      matrix = ask;
    reader->select(matrix);
    reader->obs("");
    reader->var("", matrix);
    MatrixBlock block;
    for (auto const& slab : reader->slabs(1U << 20U)) reader->read(slab, block);
  } catch (UserError const& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("the generator wrote its files, and the unbroken one reads") {
  REQUIRE(files().cases().size() >= 60);
  CHECK(refusal(files().valid(), "obs:condition") == "");
}

TEST_CASE("every broken file is refused by one sentence that names what is wrong") {
  for (auto const& broken : files().cases()) {
    if (broken.level != "reader") continue;
    INFO(broken.path);
    std::string const sentence = refusal(broken.path, broken.ask);
    INFO("says: " << sentence);
    CHECK(std::regex_search(sentence, std::regex(broken.pattern)));
    CHECK(sentence.starts_with(broken.path));
    CHECK(sentence.find('\n') == std::string::npos);
    CHECK(sentence.ends_with("."));
  }
}

TEST_CASE("files that are wrong one level up read without complaint") {
  for (auto const& broken : files().cases()) {
    if (broken.level != "dataset") continue;
    INFO(broken.path);
    CHECK(refusal(broken.path, "X") == "");
  }
}

TEST_CASE("a file cut off anywhere is refused") {
  std::string const whole = read_text(files().valid());
  TemporaryFolder folder;
  std::string const path = (folder / "cut.h5ad").string();
  for (std::size_t size = 0; size < whole.size(); size += 97) {
    std::ofstream(path, std::ios::binary) << whole.substr(0, size);
    INFO("cut to " << size << " bytes");
    CHECK(refusal(path, "obs:condition") != "");
  }
}

TEST_CASE("damage in the heaps of texts is told or harmless, never a crash") {
  std::string const whole = read_text(files().valid());
  TemporaryFolder folder;
  std::string const path = (folder / "damaged.h5ad").string();
  int heaps = 0, told = 0;
  for (std::size_t at = whole.find("GCOL"); at != std::string::npos;
       at = whole.find("GCOL", at + 1)) {
    ++heaps;
    for (std::size_t byte = at; byte < std::min(at + 400, whole.size()); byte += 3) {
      std::string broken = whole;
      broken[byte] = static_cast<char>(broken[byte] ^ 0x5F);
      std::ofstream(path, std::ios::binary) << broken;
      std::string const sentence = refusal(path, "obs:condition");
      if (sentence.empty()) continue;
      ++told;
      CHECK(sentence.starts_with(path));
    }
  }
  CHECK(heaps > 0);
  CHECK(told > 0);
}
