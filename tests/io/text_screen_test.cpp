#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>

#include "core/error.hpp"
#include "io/reader.hpp"
#include "io/whole_text.hpp"
#include "shared_data.hpp"

using namespace pertscale;

namespace {

void write(std::filesystem::path const& path, std::string const& text) {
  std::ofstream(path, std::ios::binary) << text;
}

/// All values, rows x columns, zeros included.
std::vector<double> values_of(std::string const& path) {
  auto const reader = open_screen(path);
  reader->accept_not_finite();
  reader->select("X");
  auto const info = reader->info();
  std::vector<double> out(static_cast<std::size_t>(info.rows * info.columns), 0);
  MatrixBlock block;
  for (auto const& slab : reader->slabs(1000)) {
    reader->read(slab, block);
    for (std::int64_t i = 0; i < block.count(); ++i)
      for (auto k = block.offsets[static_cast<std::size_t>(i)];
           k < block.offsets[static_cast<std::size_t>(i) + 1]; ++k)
        out[static_cast<std::size_t>(block.major(i) * info.columns +
                                     block.minor[static_cast<std::size_t>(k)])] =
            block.values[static_cast<std::size_t>(k)];
  }
  return out;
}

std::string sentence(std::string const& path) {
  try {
    open_screen(path);
  } catch (UserError const& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("a csv of conditions x genes: labels, quotes, missing values") {
  TemporaryFolder const folder;
  auto const path = (folder / "p.csv").string();
  write(path,
        "perturbation,G1,cell_type,G2,split\r\n\"A,B\",1.5,K562,0,1\r\nC,NA,RPE1,-2e-3,2\r\n");

  auto const reader = open_screen(path);

  CHECK(reader->obs_columns() == std::vector<std::string>{"perturbation", "cell_type", "split"});
  CHECK(reader->obs("").values == std::vector<std::string>{"A,B", "C"});
  CHECK(reader->obs("cell_type").values == std::vector<std::string>{"K562", "RPE1"});
  CHECK(reader->obs("split").values == std::vector<std::string>{"1", "2"});
  CHECK(reader->var("", "X").values == std::vector<std::string>{"G1", "G2"});
  auto const values = values_of(path);
  CHECK(values[0] == 1.5);
  CHECK(values[1] == 0);
  CHECK(std::isnan(values[2]));
  CHECK(values[3] == -2e-3);
  reader->select("X");
  MatrixBlock block;
  CHECK_THROWS_AS(reader->read(reader->slabs(1000).front(), block), UserError);  // NaN in a screen
}

TEST_CASE("the archive form: numbers as Python writes them, genes beside it") {
  TemporaryFolder const folder;
  auto const path = (folder / "all_predictions.json").string();
  write(path, "{\n \"A+B\": [1, 2.5e0,\n -0.25],\n \"C\": [NaN, Infinity, null]}");
  CHECK(sentence(path).find("gene_names.json is missing beside it") != std::string::npos);
  write(folder / "gene_names.json", R"(["G1", "G\"2", "G3"])");

  CHECK(open_screen(path)->obs("condition").values == std::vector<std::string>{"A+B", "C"});
  CHECK(open_screen(path)->var("", "X").values == std::vector<std::string>{"G1", "G\"2", "G3"});
  auto const values = values_of(path);
  CHECK(std::vector<double>(values.begin(), values.begin() + 3) ==
        std::vector<double>{1, 2.5, -0.25});
  CHECK(std::isnan(values[3]));
  CHECK(std::isinf(values[4]));
  CHECK(std::isnan(values[5]));
  write(path, "{\"A\": [1, 2]}");
  CHECK(sentence(path).find("A has 2 value(s), but gene_names.json names 3") != std::string::npos);
  write(path, "{\"A\": [1, 2, }");
  CHECK(sentence(path).find("a number is missing at byte") != std::string::npos);
  write(path, "");
  CHECK_FALSE(sentence(path).empty());
}

TEST_CASE("text is inflated, whatever the number of members") {
  TemporaryFolder const folder;
  auto const plain = (folder / "a").string();
  std::string text;
  for (int i = 0; i < 20000; ++i) text += std::to_string(i) + "\n";
  write(plain, text);
  REQUIRE(std::system(
              ("gzip -k " + plain + " && cat " + plain + ".gz " + plain + ".gz > " + plain + "2.gz")
                  .c_str()) == 0);

  CHECK(whole_text(plain) == text);
  CHECK(whole_text(plain + ".gz") == text);
  CHECK(whole_text(plain + "2.gz") == text + text);
  auto damaged = read_text(plain + ".gz");
  damaged.resize(damaged.size() / 2);
  write(plain + "3.gz", damaged);
  CHECK_THROWS_AS(whole_text(plain + "3.gz"), UserError);
}
