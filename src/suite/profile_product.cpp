#include "suite/profile_product.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>
#include <vector>

#include "core/hash.hpp"
#include "suite/mapped_file.hpp"

namespace pertscale {

namespace {

constexpr int tables = 3;

/// First 4 KiB of a product; tables follow, each rows x genes doubles.
struct Header {
  char magic[8] = {'P', 'S', 'P', 'R', 'O', 'F', '0', '1'};
  std::uint64_t identity = 0;
  std::uint64_t rows = 0, genes = 0;
  std::uint64_t present[tables] = {};
  std::uint64_t content = 0;  ///< checksum of the tables
  bool operator==(Header const&) const = default;
};

constexpr std::uint64_t header_bytes = 4096;

std::uint64_t table_offset(int table, std::size_t rows, std::size_t genes) {
  return header_bytes + static_cast<std::uint64_t>(table) * rows * genes * sizeof(double);
}

/// Of the words from `offset` on: what a damaged disk or a stray edit does to the tables shows
/// here. Read in blocks, so that no page of the mapping is held for it. Empty where reading fails.
std::optional<std::uint64_t> checksum_words(int file, std::uint64_t offset, std::uint64_t end) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  std::vector<std::uint64_t> words(std::size_t{1} << 17);
  while (offset < end) {
    std::uint64_t const most = std::min<std::uint64_t>(words.size() * 8, end - offset);
    ssize_t const got = pread(file, words.data(), most, static_cast<off_t>(offset));
    if (got <= 0 || got % 8 != 0) return std::nullopt;
    for (ssize_t i = 0; i < got / 8; ++i) {
      hash = (hash ^ words[static_cast<std::size_t>(i)]) * 0x100000001b3ULL;
      hash ^= hash >> 29;
    }
    offset += static_cast<std::uint64_t>(got);
  }
  return hash;
}

[[noreturn]] void fail(std::filesystem::path const& path) {
  throw UserError(fmt::format("{}: cannot be written ({}); check the space and the rights there",
                              path.string(), std::strerror(errno)));
}

}  // namespace

ProfileProductWriter::ProfileProductWriter(std::filesystem::path path, std::string const& identity,
                                           std::size_t rows, std::size_t genes)
    : path_(std::move(path)), temporary_(path_), rows_(rows), genes_(genes) {
  temporary_ += fmt::format(".tmp.{}", getpid());
  file_ = open(temporary_.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0644);
  if (file_ < 0) fail(path_);
  Header header;
  header.identity = checksum64(identity);
  header.rows = rows;
  header.genes = genes;
  put(&header, sizeof header, 0);
  if (ftruncate(file_, static_cast<off_t>(table_offset(tables, rows, genes))) != 0) fail(path_);
}

ProfileProductWriter::~ProfileProductWriter() {
  if (file_ < 0) return;
  close(file_);
  unlink(temporary_.c_str());
}

void ProfileProductWriter::put(void const* bytes, std::size_t count, std::uint64_t offset) {
  auto const* at = static_cast<char const*>(bytes);
  while (count > 0) {
    ssize_t const written = pwrite(file_, at, count, static_cast<off_t>(offset));
    if (written < 0) fail(path_);
    at += written;
    count -= static_cast<std::size_t>(written);
    offset += static_cast<std::uint64_t>(written);
  }
}

void ProfileProductWriter::put_rows(int table, std::size_t first_row, Matrix const& rows) {
  if (rows.size() == 0) return;
  put(rows.data(), static_cast<std::size_t>(rows.size()) * sizeof(double),
      table_offset(table, rows_, genes_) + first_row * genes_ * sizeof(double));
  std::uint64_t const present = 1;
  put(&present, sizeof present,
      offsetof(Header, present) + static_cast<std::uint64_t>(table) * sizeof present);
}

void ProfileProductWriter::write(MomentTile const& tile) {
  put_rows(0, tile.first_row, tile.mean);
  put_rows(1, tile.first_row, tile.variance);
  put_rows(2, tile.first_row, tile.nonzero);
}

void ProfileProductWriter::finish() {
  auto const sum = checksum_words(file_, header_bytes, table_offset(tables, rows_, genes_));
  if (!sum) fail(path_);
  put(&*sum, sizeof *sum, offsetof(Header, content));
  int const file = std::exchange(file_, -1);
  if (close(file) != 0 || std::rename(temporary_.c_str(), path_.c_str()) != 0) fail(path_);
}

std::optional<ProfileTables> map_profile_product(std::filesystem::path const& path,
                                                 std::string const& identity, std::size_t rows,
                                                 std::size_t genes, bool verify) {
  auto const bytes = table_offset(tables, rows, genes);
  auto const mapping = MappedFile::open(path, bytes);
  if (!mapping) return std::nullopt;
  int const file = verify ? open(path.c_str(), O_RDONLY) : -1;
  auto const content = verify ? checksum_words(file, header_bytes, bytes) : 0;
  if (file >= 0) close(file);
  if (!content) return std::nullopt;

  Header header, wanted;
  std::memcpy(&header, mapping->data(), sizeof header);
  wanted.identity = checksum64(identity);
  wanted.rows = rows;
  wanted.genes = genes;
  std::memcpy(wanted.present, header.present, sizeof wanted.present);
  wanted.content = verify ? *content : header.content;
  if (!(header == wanted) || header.present[0] == 0) return std::nullopt;

  auto const table = [&](int t) {
    if (header.present[t] == 0) return ProfileTable();
    auto const* const data =
        reinterpret_cast<double const*>(mapping->data() + table_offset(t, rows, genes));
    return ProfileTable(mapping, data, rows, genes);
  };
  return ProfileTables{table(0), table(1), table(2)};
}

Matrix chosen_columns(Matrix const& rows, std::vector<std::size_t> const& genes) {
  if (rows.size() == 0 || genes.empty()) return rows;
  Matrix out(rows.rows(), static_cast<Eigen::Index>(genes.size()));
  for (Eigen::Index r = 0; r < rows.rows(); ++r)
    for (std::size_t j = 0; j < genes.size(); ++j)
      out(r, static_cast<Eigen::Index>(j)) = rows(r, static_cast<Eigen::Index>(genes[j]));
  return out;
}

double product_bytes(std::size_t rows, std::size_t genes) {
  return static_cast<double>(table_offset(tables, rows, genes));
}

}  // namespace pertscale
