#include <catch2/catch.hpp>

#include <cstdint>

#include "core/error.hpp"
#include "core/text.hpp"
#include "data/matrix.hpp"
#include "io/number_text.hpp"
#include "io/reader.hpp"
#include "shared_data.hpp"

using namespace pertscale;

namespace {

Matrix counts() {
  Matrix out(6, 4);
  out << 1, 0, 2, 0, 0, 3, 0, 1, 4, 0, 0, 1, 0, 0, 5, 0, 2, 1, 0, 0, 0, 0, 0, 7;
  return out;
}

Matrix read_all(ScreenReader const& reader, std::uint64_t bytes) {
  Matrix out = Matrix::Zero(6, 4);
  MatrixBlock block;
  auto const slabs = reader.slabs(bytes);
  for (std::size_t s = 0; s < slabs.size(); ++s) {
    reader.read(slabs[s], block);
    if (s + 1 < slabs.size()) reader.prefetch(slabs[s + 1]);
    for (std::int64_t line = 0; line < block.count(); ++line)
      for (auto k = static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(line)]);
           k < static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(line) + 1]); ++k) {
        std::int64_t const major = block.first + line;
        (block.by_column ? out(block.minor[k], major) : out(major, block.minor[k])) +=
            block.values[k];
      }
  }
  return out;
}

}  // namespace

TEST_CASE("one screen in every type, layout and storage reads as the same") {
  TemporaryFolder folder;
  std::string const command = std::string("/usr/bin/python3 -B ") + PERTSCALE_SOURCE_DIR +
                              "/tests/io/variants.py " + folder.path().string() + " >&2";
  REQUIRE(std::system(command.c_str()) == 0);
  std::vector<std::string> const conditions{"control", "KLF1", "control",
                                            "KLF1",    "BAK1", "control"};
  std::vector<std::string> const genes{"GENE1", "KLF1", "BAK1", "GENE4"};
  auto const lines = split(read_text(folder / "cases.tsv"), '\n');
  REQUIRE(lines.size() > 60);
  for (auto const& line : lines) {
    if (line.empty()) continue;
    INFO(line);
    auto const fields = split(line, '\t');
    auto const reader = open_screen((folder / fields.at(0)).string());
    CHECK(reader->obs("condition").values == conditions);
    CHECK(reader->var("", fields.at(1)).values == genes);
    CHECK(reader->obs("").values.back() == "cell5");
    reader->select(fields.at(1));
    CHECK(reader->info().value_type == fields.at(2));
    Matrix expected = counts();
    if (fields.at(2) == "bool") expected = (expected.array() > 0).cast<double>();
    for (int const threads : {1, 2}) {
      set_reader_threads(threads);
      for (std::uint64_t const bytes : {1U, 300U, 1000U, 5000U, 1U << 20U, 1U << 30U})
        CHECK(read_all(*reader, bytes) == expected);
    }
    set_reader_threads(1);
  }
}

TEST_CASE("floats are printed as Python prints them") {
  CHECK(python_text(1.0) == "1.0");
  CHECK(python_text(-0.25) == "-0.25");
  CHECK(python_text(0.1F) == "0.1");
  CHECK(python_text(100000.0) == "100000.0");
  CHECK(python_text(1234567.5) == "1234567.5");
  CHECK(python_text(1e16) == "1e+16");
  CHECK(python_text(9999999999999998.0) == "9999999999999998.0");
  CHECK(python_text(0.0001) == "0.0001");
  CHECK(python_text(0.00001) == "1e-05");
  CHECK(python_text(0.0) == "0.0");
  CHECK(python_text(1.5e300) == "1.5e+300");
}
