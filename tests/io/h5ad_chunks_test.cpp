#include <hdf5.h>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "io/reader.hpp"
#include "io/simulator_file.hpp"
#include "parallel/communicator.hpp"
#include "shared_data.hpp"

using namespace pertscale;

namespace {

constexpr std::int64_t cells = 301, genes = 60;

/// Writes a dataset of a file anew in chunks of a shape, compressed with gzip.
void rechunk(std::string const& path, char const* name, std::vector<hsize_t> const& chunk,
             bool shuffle) {
  hid_t const file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  hid_t const old = H5Dopen2(file, name, H5P_DEFAULT);
  REQUIRE(old >= 0);
  hid_t const type = H5Dget_type(old), space = H5Dget_space(old);
  std::vector<char> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)) *
                           H5Tget_size(type));
  H5Dread(old, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
  hid_t const list = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_chunk(list, static_cast<int>(chunk.size()), chunk.data());
  if (shuffle) H5Pset_shuffle(list);
  H5Pset_deflate(list, 3);
  hid_t const made = H5Dcreate2(file, "made", type, space, H5P_DEFAULT, list, H5P_DEFAULT);
  REQUIRE(H5Dwrite(made, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  for (hid_t const id : {old, made}) H5Dclose(id);
  H5Ldelete(file, name, H5P_DEFAULT);
  REQUIRE(H5Lmove(file, "made", file, name, H5P_DEFAULT, H5P_DEFAULT) >= 0);
  H5Tclose(type);
  H5Sclose(space);
  H5Pclose(list);
  H5Fclose(file);
}

std::string screen(TemporaryFolder const& folder, MatrixFormat format) {
  SimulationFile file;
  file.path = (folder / "screen.h5ad").string();
  file.format = format;
  write_simulation(make_truth({.cells = cells, .genes = genes, .perturbations = 8}), file,
                   Communicator::self());
  return file.path;
}

/// The matrix by slabs of `bytes`, each begun before the one before is used, now and then one that
/// is not read next.
Matrix read_all(ScreenReader const& reader, std::uint64_t bytes, std::size_t& count) {
  Matrix out = Matrix::Zero(cells, genes);
  MatrixBlock block;
  auto const slabs = reader.slabs(bytes);
  count = slabs.size();
  for (std::size_t s = 0; s < slabs.size(); ++s) {
    reader.read(slabs[s], block);
    if (s + 1 < slabs.size()) reader.prefetch(slabs[s % 4 == 3 ? 0 : s + 1]);
    std::uint64_t const held = block.values.size() * 12 + block.offsets.size() * 8;
    CHECK((held <= bytes || block.count() == 1));
    for (std::int64_t i = 0; i < block.count(); ++i)
      for (auto k = block.offsets[static_cast<std::size_t>(i)];
           k < block.offsets[static_cast<std::size_t>(i) + 1]; ++k) {
        std::int64_t const minor = block.minor[static_cast<std::size_t>(k)];
        std::int64_t const major = block.major(i);
        (block.by_column ? out(minor, major) : out(major, minor)) +=
            block.values[static_cast<std::size_t>(k)];
      }
  }
  return out;
}

/// Reads a file with many budgets and threads; `most` counts the largest number of slabs.
void check_same(std::string const& path, Matrix const& expected, std::size_t& most) {
  auto const reader = open_screen(path);
  reader->select("X");
  most = 0;
  for (std::uint64_t const bytes : {8'000U, 30'000U, 60'000U, 130'000U, 400'000U, 1U << 30U}) {
    std::size_t before = 0;
    for (int const threads : {1, 2, 4}) {
      set_reader_threads(threads);
      INFO(bytes << " bytes, " << threads << " threads");
      std::size_t count = 0;
      CHECK(read_all(*reader, bytes, count) == expected);
      CHECK((before == 0 || before == count));  // the cut knows nothing of threads
      before = count;
      most = std::max(most, count);
    }
  }
  set_reader_threads(1);
}

Matrix plainly(std::string const& path) {
  auto const reader = open_screen(path);
  reader->select("X");
  std::size_t count = 0;
  return read_all(*reader, std::uint64_t{1} << 30U, count);
}

}  // namespace

TEST_CASE("dense chunks of any shape read the same, by whole rows of chunks or parts of one") {
  TemporaryFolder const folder;
  auto const path = screen(folder, MatrixFormat::dense);
  Matrix const expected = plainly(path);
  REQUIRE(expected.sum() > 0);
  std::vector<std::vector<hsize_t>> const shapes{{301, 7}, {97, 60}, {100, 13}, {7, 60},
                                                 {1, 11},  {300, 1}, {64, 33}};
  for (auto const& shape : shapes)
    for (bool const shuffle : {false, true}) {
      INFO("chunks of " << shape[0] << " x " << shape[1] << ", shuffle " << shuffle);
      rechunk(path, "X", shape, shuffle);
      std::size_t most = 0;
      check_same(path, expected, most);
      CHECK(most > 10);
    }
}

TEST_CASE("sparse chunks that slabs share read the same") {
  TemporaryFolder const folder;
  for (auto const format : {MatrixFormat::csr, MatrixFormat::csc}) {
    auto const path = screen(folder, format);
    Matrix const expected = plainly(path);
    for (hsize_t const chunk : {1U, 50U, 64U, 1000U, 3000U}) {
      INFO("chunks of " << chunk);
      rechunk(path, "X/data", {chunk}, chunk % 100 == 0);
      rechunk(path, "X/indices", {chunk + 1}, chunk == 50);
      std::size_t most = 0;
      check_same(path, expected, most);
      CHECK(most > 5);
    }
  }
}

TEST_CASE("a slab ends where a chunk does, if a row does") {
  TemporaryFolder const folder;
  auto const path = screen(folder, MatrixFormat::csr);
  auto const first_slab = [&](std::uint64_t bytes) {
    auto const reader = open_screen(path);
    reader->select("X");
    return reader->slabs(bytes).front();
  };
  rechunk(path, "X/data", {2000}, false);
  auto const before = first_slab(60'000);
  REQUIRE(before.last > 8);
  hsize_t values = 0;  // in all rows of the slab but the last
  {
    auto const reader = open_screen(path);
    reader->select("X");
    auto const rows = reader->slabs(1);  // one each
    for (std::int64_t row = 0; row + 1 < before.last; ++row)
      values += static_cast<hsize_t>(rows[static_cast<std::size_t>(row)].stored);
  }
  rechunk(path, "X/data", {values}, false);
  CHECK(first_slab(60'000).last == before.last - 1);
}

TEST_CASE("a damaged chunk that was prefetched is refused when its slab is read") {
  TemporaryFolder const folder;
  auto const path = screen(folder, MatrixFormat::csr);
  rechunk(path, "X/data", {100}, false);
  hid_t const file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  hid_t const data = H5Dopen2(file, "X/data", H5P_DEFAULT);
  hsize_t const at = 1500;
  std::vector<char> const nonsense(40, 'x');
  REQUIRE(H5Dwrite_chunk(data, H5P_DEFAULT, 0, &at, nonsense.size(), nonsense.data()) >= 0);
  H5Dclose(data);
  H5Fclose(file);
  auto const reader = open_screen(path);
  reader->select("X");
  auto const slabs = reader->slabs(30'000);
  std::size_t bad = 0;
  for (std::int64_t values = 0; values + slabs[bad].stored <= 1500; ++bad)
    values += slabs[bad].stored;
  REQUIRE(bad > 0);
  MatrixBlock block;
  for (int const threads : {1, 3}) {
    set_reader_threads(threads);
    reader->read(slabs[bad - 1], block);
    reader->prefetch(slabs[bad]);  // says nothing yet
    CHECK_THROWS_WITH(reader->read(slabs[bad], block),
                      Catch::Matchers::Contains("the chunk of X/data that begins at 1500"));
    reader->read(slabs[bad - 1], block);
    CHECK(block.first == slabs[bad - 1].first);
  }
  set_reader_threads(1);
}
