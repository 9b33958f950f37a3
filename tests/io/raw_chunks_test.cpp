#include "io/raw_chunks.hpp"

#include <hdf5.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <numeric>

#include "core/error.hpp"
#include "io/chunk_decoder.hpp"
#include "io/reader.hpp"
#include "shared_data.hpp"

using namespace pertscale;

namespace {

constexpr std::uint64_t plenty = std::uint64_t{1} << 26;

/// What a dataset of a test is made with.
struct Made {
  std::vector<hsize_t> shape, chunk;
  bool shuffle = false;
  int gzip = 4;           ///< -1: none
  bool checksum = false;  ///< fletcher32
  hid_t type = H5T_NATIVE_FLOAT;
  hsize_t written = 0;  ///< rows that are written; 0: all
  float fill = 0;
};

hsize_t product(std::vector<hsize_t> const& sides) {
  return std::accumulate(sides.begin(), sides.end(), hsize_t{1}, std::multiplies<>());
}

/// Values that gzip cannot guess but can shorten.
float value_at(hsize_t i) { return static_cast<float>((i * 2654435761U) % 1000) / 8; }

void make(hid_t file, char const* name, Made const& how) {
  int const rank = static_cast<int>(how.shape.size());
  hid_t const space = H5Screate_simple(rank, how.shape.data(), nullptr);
  hid_t const list = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_chunk(list, rank, how.chunk.data());
  if (how.shuffle) H5Pset_shuffle(list);
  if (how.gzip >= 0) H5Pset_deflate(list, static_cast<unsigned>(how.gzip));
  if (how.checksum) H5Pset_fletcher32(list);
  H5Pset_fill_value(list, H5T_NATIVE_FLOAT, &how.fill);
  hid_t const data = H5Dcreate2(file, name, how.type, space, H5P_DEFAULT, list, H5P_DEFAULT);
  std::vector<float> values(product(how.shape));
  for (hsize_t i = 0; i < values.size(); ++i) values[i] = value_at(i);
  std::vector<hsize_t> start(how.shape.size(), 0), size = how.shape;
  if (how.written > 0) size[0] = how.written;
  H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, size.data(), nullptr);
  hid_t const memory = H5Screate_simple(rank, size.data(), nullptr);
  H5Dwrite(data, H5T_NATIVE_FLOAT, memory, space, H5P_DEFAULT, values.data());
  for (hid_t const id : {memory, space}) H5Sclose(id);
  H5Pclose(list);
  H5Dclose(data);
}

/// Writes a file with one dataset; `change` may do something to it.
template <class Change>
TemporaryFolder const& made(TemporaryFolder const& folder, Made const& how, Change&& change) {
  std::string const path = (folder / "raw.h5").string();
  initialise_hdf5();
  hid_t const file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  make(file, "data", how);
  change(file);
  H5Fclose(file);
  return folder;
}
TemporaryFolder const& made(TemporaryFolder const& folder, Made const& how) {
  return made(folder, how, [](hid_t) {});
}

void write_chunk(hid_t file, std::vector<hsize_t> const& at, std::uint32_t mask,
                 std::vector<char> const& bytes) {
  hid_t const data = H5Dopen2(file, "data", H5P_DEFAULT);
  INFO(hdf5_error_text());
  REQUIRE(H5Dwrite_chunk(data, H5P_DEFAULT, mask, at.data(), bytes.size(), bytes.data()) >= 0);
  H5Dclose(data);
}

/// What HDF5 reads. Not to be called while raw chunks of the file are open.
std::vector<float> by_hdf5(TemporaryFolder const& folder) {
  Hdf5Dataset const data(Hdf5File((folder / "raw.h5").string()), "data");
  std::vector<float> out(static_cast<std::size_t>(data.elements()), -1);
  data.read_rows(0, data.shape()[0], out.data());
  return out;
}

Hdf5Dataset opened(TemporaryFolder const& folder) {
  return {Hdf5File((folder / "raw.h5").string()), "data"};
}

/// Reads rows of a dataset of `all` values by raw chunks; are they the same?
bool same(RawChunks& raw, std::vector<float> const& all, std::size_t width, std::int64_t first,
          std::int64_t count, std::uint64_t bytes = plenty) {
  std::vector<float> out(static_cast<std::size_t>(count) * width, -2);
  raw.read_rows(first, count, out.data(), bytes);
  return std::equal(out.begin(), out.end(),
                    all.begin() + first * static_cast<std::ptrdiff_t>(width));
}

/// Pieces of 1, 3, 7 and all rows, one after another and backwards, are what HDF5 reads.
void check_same(TemporaryFolder const& folder, std::uint64_t bytes = plenty) {
  auto const all = by_hdf5(folder);
  auto const data = opened(folder);
  auto const raw = RawChunks::of(data);
  REQUIRE(raw);
  std::int64_t const rows = data.shape()[0];
  auto const width = all.size() / static_cast<std::size_t>(rows);
  for (int const threads : {1, 2, 4}) {
    set_reader_threads(threads);
    bool right = true;
    for (std::int64_t const step : {rows, std::int64_t{1}, std::int64_t{7}, std::int64_t{3}})
      for (std::int64_t first = 0; first < rows; first += step)
        right = right && same(*raw, all, width, first, std::min(step, rows - first), bytes);
    for (std::int64_t first = rows - 1; first >= 0; first -= 5)
      right = right && same(*raw, all, width, first, 1, bytes);
    CHECK(right);
  }
  set_reader_threads(1);
}

std::string refusal(TemporaryFolder const& folder, int threads) {
  auto const data = opened(folder);
  auto const raw = RawChunks::of(data);
  REQUIRE(raw);
  set_reader_threads(threads);
  std::string said;
  try {
    std::vector<float> out(static_cast<std::size_t>(data.elements()));
    raw->read_rows(0, data.shape()[0], out.data(), plenty);
  } catch (UserError const& error) {
    said = error.what();
  }
  set_reader_threads(1);
  return said;
}

bool readable_raw(TemporaryFolder const& folder) {
  return RawChunks::of(opened(folder)) != nullptr;
}

}  // namespace

TEST_CASE("raw chunks are what HDF5 reads") {
  TemporaryFolder folder;
  for (bool const shuffle : {false, true}) {
    check_same(made(folder, {.shape = {30}, .chunk = {10}, .shuffle = shuffle}));
    check_same(made(folder, {.shape = {33}, .chunk = {10}, .shuffle = shuffle}));  // partial last
    check_same(made(folder, {.shape = {33}, .chunk = {1}, .shuffle = shuffle}));
    check_same(made(folder, {.shape = {33}, .chunk = {33}, .shuffle = shuffle}));
    check_same(made(folder, {.shape = {20, 9}, .chunk = {6, 4}, .shuffle = shuffle}));
    check_same(made(folder, {.shape = {20, 9}, .chunk = {1, 9}, .shuffle = shuffle}));
    check_same(made(folder, {.shape = {20, 9}, .chunk = {20, 2}, .shuffle = shuffle}));
    check_same(made(folder, {.shape = {20, 9}, .chunk = {3, 9}, .shuffle = shuffle}));
  }
}

TEST_CASE("few chunks on their way at once make no difference") {
  TemporaryFolder folder;
  made(folder, {.shape = {500}, .chunk = {64}, .shuffle = true});
  check_same(folder, 4096);
  check_same(folder, 1 << 15);
}

TEST_CASE("chunks that were never written hold the fill value") {
  TemporaryFolder folder;
  check_same(made(folder, {.shape = {40}, .chunk = {8}, .written = 9, .fill = 2.5F}));
  check_same(made(folder, {.shape = {21, 5}, .chunk = {4, 2}, .written = 6, .fill = -1}));
  check_same(made(folder, {.shape = {40}, .chunk = {8}, .written = 9}));
}

TEST_CASE("a chunk stored without some of the filters is read") {
  TemporaryFolder folder;
  std::vector<float> const plain{1, 2, 3, 4, 5};
  std::vector<char> bytes(20), shuffled(20);
  std::memcpy(bytes.data(), plain.data(), 20);
  for (std::size_t i = 0; i < 5; ++i)
    for (std::size_t b = 0; b < 4; ++b) shuffled[b * 5 + i] = bytes[4 * i + b];
  Made const how{.shape = {15}, .chunk = {5}, .shuffle = true};
  check_same(made(folder, how, [&](hid_t file) { write_chunk(file, {5}, 3, bytes); }));
  check_same(made(folder, how, [&](hid_t file) { write_chunk(file, {5}, 2, shuffled); }));
  CHECK(by_hdf5(folder)[6] == plain[1]);
  check_same(made(folder, {.shape = {15}, .chunk = {5}},
                  [&](hid_t file) { write_chunk(file, {10}, 1, bytes); }));
}

TEST_CASE("HDF5 reads what is no plain gzip") {
  TemporaryFolder folder;
  Made const gzip{.shape = {30}, .chunk = {10}};
  CHECK(readable_raw(made(folder, gzip)));
  Made other = gzip;
  other.gzip = -1;
  CHECK_FALSE(readable_raw(made(folder, other)));
  other = gzip;
  other.checksum = true;
  CHECK_FALSE(readable_raw(made(folder, other)));
  other = gzip;
  other.type = H5T_IEEE_F32BE;
  CHECK_FALSE(readable_raw(made(folder, other)));
  other.type = H5T_IEEE_F64LE;
  CHECK(readable_raw(made(folder, other)));
}

TEST_CASE("a damaged chunk is named, and the reader goes on after it") {
  TemporaryFolder folder;
  using Catch::Matchers::Contains;
  std::vector<char> const nonsense(30, 'x');
  Made const sixty{.shape = {60}, .chunk = {5}};
  auto const all = by_hdf5(made(folder, sixty));
  made(folder, sixty, [&](hid_t file) {
    write_chunk(file, {25}, 0, nonsense);
    write_chunk(file, {40}, 0, nonsense);
  });
  for (int const threads : {1, 3})
    CHECK_THAT(refusal(folder, threads),
               Contains("raw.h5: the chunk of data that begins at 25 cannot be inflated") &&
                   Contains("copy it again"));
  {
    auto const raw = RawChunks::of(opened(folder));
    CHECK_THROWS_AS(same(*raw, all, 1, 20, 10), UserError);
    CHECK(same(*raw, all, 1, 0, 25));
  }
  made(folder, {.shape = {6, 6}, .chunk = {3, 3}}, [&](hid_t file) {
    write_chunk(file, {3, 0}, 1, std::vector<char>(35, 'x'));  // not gzip, and one byte too short
  });
  CHECK_THAT(refusal(folder, 1), Contains("the chunk of data that begins at (3, 0)"));
  made(folder, {.shape = {6}, .chunk = {3}},
       [&](hid_t file) { write_chunk(file, {3}, 0, std::vector<char>(9000, 'x')); });
  CHECK_THAT(refusal(folder, 1), Contains("takes 9000 bytes for 12 of values"));
}

TEST_CASE("a read that was begun may be given up") {
  TemporaryFolder folder;
  auto const all = by_hdf5(made(folder, {.shape = {1000}, .chunk = {13}, .shuffle = true}));
  auto const raw = RawChunks::of(opened(folder));
  set_reader_threads(3);
  std::vector<float> out(1000);
  for (int i = 0; i < 20; ++i) {
    raw->start(
        100, 500,
        [&](ChunkPart const& part) {
          std::memcpy(out.data() + part.first_row, part.values,
                      static_cast<std::size_t>(part.rows) * 4);
        },
        plenty);
    if (i % 2 == 0) raw->abandon();
    CHECK(same(*raw, all, 1, 7 * i, 300));
  }
  set_reader_threads(1);
}

TEST_CASE("bytes are shuffled back") {
  for (std::size_t const bytes : {1U, 2U, 3U, 4U, 8U}) {
    std::vector<unsigned char> plain(bytes * 11), mixed(plain.size()), back(plain.size());
    std::iota(plain.begin(), plain.end(), static_cast<unsigned char>(1));
    for (std::size_t i = 0; i < 11; ++i)
      for (std::size_t b = 0; b < bytes; ++b) mixed[b * 11 + i] = plain[i * bytes + b];
    unshuffle(mixed.data(), 11, bytes, back.data());
    CHECK(back == plain);
  }
}
