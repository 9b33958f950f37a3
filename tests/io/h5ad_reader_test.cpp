// RANKS 1 2
#include "io/reader.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <map>
#include <set>

#include "core/error.hpp"
#include "core/text.hpp"
#include "data/matrix.hpp"
#include "io/utf8.hpp"
#include "shared_data.hpp"

using namespace pertscale;

namespace {

using Table = std::vector<std::vector<std::string>>;

/// RFC 4180: fields with commas are quoted.
std::vector<std::string> csv_fields(std::string const& line) {
  std::vector<std::string> out(1);
  bool quoted = false;
  for (char const c : line) {
    if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      out.emplace_back();
    else if (c != '\r')
      out.back() += c;
  }
  return out;
}

Table csv(std::filesystem::path const& path) {
  Table out;
  for (auto const& line : split(read_text(path), '\n'))
    if (!line.empty()) out.push_back(csv_fields(line));
  return out;
}

std::filesystem::path golden(std::string const& name) {
  auto const path = shared_file("golden/h5ad/" + name);
  return path ? *path : std::filesystem::path();
}

Matrix expected_matrix(std::string const& name) {
  auto const table = csv(golden("expected/" + name));
  std::size_t const columns = table.at(0).size();
  Matrix out(table.size() - 1, columns);
  for (std::size_t i = 1; i < table.size(); ++i)
    for (std::size_t j = 0; j < columns; ++j)
      out(static_cast<Eigen::Index>(i - 1), static_cast<Eigen::Index>(j)) =
          parse_double(table[i][j]).value();
  return out;
}

void add_block(MatrixBlock const& block, Matrix& to) {
  for (std::int64_t line = 0; line < block.count(); ++line)
    for (std::int64_t k = block.offsets[static_cast<std::size_t>(line)];
         k < block.offsets[static_cast<std::size_t>(line) + 1]; ++k) {
      std::int64_t const minor = block.minor[static_cast<std::size_t>(k)];
      std::int64_t const major = block.first + line;
      double& value = block.by_column ? to(minor, major) : to(major, minor);
      CHECK(std::isnan(value));  // nothing is given twice
      value = block.values[static_cast<std::size_t>(k)];
    }
}

/// The matrix read by slabs of at most `bytes`, each begun before the one before is looked at;
/// checks that slabs follow each other.
Matrix read_all(ScreenReader& reader, std::string const& matrix, std::uint64_t bytes,
                std::size_t& slabs) {
  reader.select(matrix);
  auto const info = reader.info();
  Matrix out = Matrix::Constant(info.rows, info.columns, std::nan(""));
  MatrixBlock block;
  std::int64_t next = 0;
  auto const cut = reader.slabs(bytes);
  for (std::size_t s = 0; s < cut.size(); ++s) {
    auto const& slab = cut[s];
    CHECK(slab.first == next);
    next = slab.last;
    reader.read(slab, block);
    if (s + 1 < cut.size()) reader.prefetch(cut[s % 5 == 4 ? s / 2 : s + 1]);  // or one not wanted
    CHECK(block.first == slab.first);
    CHECK(block.count() == slab.last - slab.first);
    CHECK(block.offsets.back() == static_cast<std::int64_t>(block.values.size()));
    add_block(block, out);
  }
  CHECK(next == (info.layout == MatrixInfo::Layout::csc ? info.columns : info.rows));
  slabs = cut.size();
  return out.unaryExpr([](double value) { return std::isnan(value) ? 0.0 : value; });
}

void check_matrix(ScreenReader& reader, std::string const& matrix, std::string const& csv_name) {
  INFO(matrix << " against " << csv_name);
  Matrix const expected = expected_matrix(csv_name);
  std::size_t slabs = 0;
  set_reader_threads(3);
  CHECK(read_all(reader, matrix, 1, slabs) == expected);
  CHECK(read_all(reader, matrix, 3000, slabs) == expected);
  CHECK(read_all(reader, matrix, 12000, slabs) == expected);
  set_reader_threads(1);
  CHECK(read_all(reader, matrix, std::uint64_t{1} << 30U, slabs) == expected);
  CHECK(slabs == 1);
  CHECK(read_all(reader, matrix, 1, slabs) == expected);
  CHECK(slabs == static_cast<std::size_t>(reader.info().layout == MatrixInfo::Layout::csc
                                              ? expected.cols()
                                              : expected.rows()));
  CHECK(read_all(reader, matrix, 3000, slabs) == expected);
}

/// One column of an expected table: text and missing values agree; numbers agree exactly.
void check_column(TextColumn const& column, Table const& expected, std::size_t at) {
  REQUIRE(column.values.size() == expected.size() - 1);
  REQUIRE(column.missing.size() == column.values.size());
  for (std::size_t i = 0; i < column.values.size(); ++i) {
    std::string const& wanted = expected[i + 1][at];
    INFO("column " << expected[0][at] << ", row " << i << ": " << column.values[i]);
    CHECK(column.missing[i] == (wanted == "<NA>"));
    if (wanted == "<NA>") continue;
    bool const same_number = wanted != "True" && parse_double(wanted) &&
                             parse_double(column.values[i]) &&
                             *parse_double(wanted) == *parse_double(column.values[i]);
    CHECK((column.values[i] == wanted || same_number));
  }
}

void check_obs(ScreenReader& reader, std::string const& csv_name) {
  auto const expected = csv(golden("expected/" + csv_name));
  auto const& names = expected.at(0);
  CHECK(reader.obs_columns() == std::vector<std::string>(names.begin() + 1, names.end()));
  check_column(reader.obs(""), expected, 0);
  for (std::size_t at = 1; at < names.size(); ++at)
    check_column(reader.obs(names[at]), expected, at);
  for (std::size_t at = 4; at < names.size(); ++at) {  // n_counts, score, passed
    auto const numbers = reader.obs_numbers(names[at]);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      std::string const& wanted = expected[i + 1][at];
      INFO("column " << names[at] << ", row " << i);
      if (wanted == "<NA>")
        CHECK(std::isnan(numbers[i]));
      else
        CHECK(numbers[i] == (wanted == "True"    ? 1
                             : wanted == "False" ? 0
                                                 : parse_double(wanted).value()));
    }
  }
}

void check_var(ScreenReader& reader, std::string const& matrix, std::string const& csv_name) {
  auto const expected = csv(golden("expected/" + csv_name));
  check_column(reader.var("", matrix), expected, 0);
  for (std::size_t at = 1; at < expected.at(0).size(); ++at)
    check_column(reader.var(expected[0][at], matrix), expected, at);
}

std::string refusal(std::string const& path, std::string const& matrix) {
  try {
    auto const reader = open_screen(path);
    reader->obs("");
    reader->var("", matrix);
    std::size_t slabs = 0;
    read_all(*reader, matrix, 1U << 20U, slabs);
  } catch (UserError const& error) {
    return error.what();
  }
  return "";
}

using Row = std::map<std::string, std::string>;

void check_file(Row& row) {
  auto const reader = open_screen(golden(row["file"]).string());
  CHECK(!reader->describe().empty());
  check_obs(*reader, row["obs_csv"]);
  check_var(*reader, "X", row["var_csv"]);
  check_matrix(*reader, "X", row["x_csv"]);
  if (!row["layers"].empty()) check_matrix(*reader, "layer:counts", "X_counts.csv");
  if (!row["raw_x_csv"].empty()) {
    check_matrix(*reader, "raw", row["raw_x_csv"]);
    check_var(*reader, "raw", row["raw_var_csv"]);
  }
}

std::vector<Row> manifest() {
  std::vector<Row> out;
  if (!shared_file("golden/h5ad/manifest.csv")) return out;
  auto const table = csv(golden("manifest.csv"));
  for (std::size_t i = 1; i < table.size(); ++i) {
    Row row;
    for (std::size_t j = 0; j < table[0].size(); ++j) row[table[0][j]] = table[i].at(j);
    out.push_back(row);
  }
  return out;
}

}  // namespace

TEST_CASE("every golden file reads as written, in one slab and in many") {
  std::set<std::string> const refused{"odd_layers_only.h5ad", "odd_zero_genes.h5ad",
                                      "odd_zstd.h5ad", "odd_blosc_csr.h5ad"};
  for (auto& row : manifest()) {
    if (refused.contains(row["file"])) continue;
    INFO(row["file"]);
    check_file(row);
  }
}

TEST_CASE("files that cannot be read are refused by name") {
  if (manifest().empty()) return;
  using Catch::Matchers::Contains;
  CHECK_THAT(refusal(golden("odd_layers_only.h5ad").string(), "X"),
             Contains("X is absent; read layer `counts` with matrix = layer:counts"));
  CHECK_THAT(refusal(golden("odd_zero_genes.h5ad").string(), "X"),
             Contains("X has no genes (shape 30 x 0)"));
  CHECK_THAT(refusal(golden("odd_zstd.h5ad").string(), "X"),
             Contains("32015 (zstd)") && Contains("dataset ") && Contains("compression=\"gzip\""));
  CHECK_THAT(refusal(golden("odd_blosc_csr.h5ad").string(), "X"),
             Contains("32001 (blosc)") && Contains("X/data"));
  CHECK_THAT(refusal(golden("v012_dense.h5ad").string(), "layer:counts"),
             Contains("no matrix 'layer:counts'") && Contains("Matrices: X"));
}

TEST_CASE("a layer is read where X is absent") {
  if (manifest().empty()) return;
  auto const reader = open_screen(golden("odd_layers_only.h5ad").string());
  CHECK(reader->matrices() == std::vector<std::string>{"layer:counts"});
  check_matrix(*reader, "layer:counts", "X_counts.csv");
  check_var(*reader, "layer:counts", "var_plain.csv");
}

TEST_CASE("what a file says of itself") {
  if (manifest().empty()) return;
  auto const info = [](std::string const& name) {
    auto const reader = open_screen(golden(name).string());
    reader->select("X");
    return reader->info();
  };
  auto const gzip = info("v010_csr_index64_gzip.h5ad");
  CHECK(gzip.layout == MatrixInfo::Layout::csr);
  CHECK(gzip.index_type == "int64");
  CHECK(gzip.value_type == "float32");
  CHECK(gzip.compression == "gzip");
  CHECK(gzip.stored == 183);
  CHECK_FALSE(gzip.integer);
  CHECK(info("v08_dense_lzf.h5ad").compression == "lzf");
  CHECK(info("v012_dense_counts_uint16.h5ad").value_type == "uint16");
  CHECK(info("v012_dense_counts_uint16.h5ad").integer);
  CHECK(info("v012_dense.h5ad").compression == "none");
  auto const age = [](std::string const& name) {
    return open_screen(golden(name).string())->describe();
  };
  CHECK(age("v06_compound_dense.h5ad") == "anndata 0.6 or older, obs as records");
  CHECK(age("v07_raw.h5ad") == "anndata 0.7, obs as __categories");
  CHECK(age("v013_dense.h5ad") == "anndata 0.8 or newer, obs as typed columns");
}

TEST_CASE("the index may be asked for by its name, and an unknown column suggests the nearest") {
  if (manifest().empty()) return;
  auto const reader = open_screen(golden("v010_named_index.h5ad").string());
  CHECK(reader->obs("barcode").values == reader->obs("").values);
  using Catch::Matchers::Contains;
  CHECK_THROWS_WITH(reader->obs("conditoin"), Contains("obs has no column 'conditoin'") &&
                                                  Contains("Did you mean 'condition'?") &&
                                                  Contains("cell_type") && Contains("barcode"));
  CHECK_THROWS_WITH(reader->obs_numbers("condition"), Contains("not numbers"));
}

TEST_CASE("UTF-8 is told from other bytes") {
  CHECK(is_utf8("plain, \xCE\xB2-catenin, \xF0\x9F\xA7\xAC"));
  CHECK_FALSE(is_utf8("caf\xE9"));
  CHECK_FALSE(is_utf8("\xC0\x80"));
  CHECK_FALSE(is_utf8("\xED\xA0\x80"));
  CHECK_FALSE(is_utf8("\xF4\x90\x80\x80"));
  CHECK_FALSE(is_utf8("\xE2\x82"));
}
