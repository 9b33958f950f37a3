#include "io/store_seal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "core/error.hpp"
#include "io/crc32.hpp"

namespace pertscale {

namespace {

constexpr std::array<char, 16> magic{'p', 'e', 'r', 't', 's', 'c', 'a', 'l',
                                     'e', '-', 's', 'e', 'a', 'l', '1', '\n'};
constexpr std::size_t most_ranges = 200;

/// What stands in the last 4096 bytes, little-endian; `self` is the CRC-32 of all before it.
struct Seal {
  std::array<char, 16> magic{};
  std::uint64_t content_bytes = 0;
  std::uint64_t ranges = 0;
  std::array<ByteRange, most_ranges> bulk{};
  std::uint32_t content_crc = 0;
  std::array<char, seal_bytes - 16 - 8 - 8 - most_ranges * 16 - 4 - 4> padding{};
  std::uint32_t self = 0;
};
static_assert(sizeof(Seal) == seal_bytes);

std::uint32_t self_crc(Seal const& seal) {
  return crc32_of(std::as_bytes(std::span(&seal, 1)).first(offsetof(Seal, self)));
}

class File {
 public:
  File(std::string const& path, int flags) : path_(path), fd_(open(path.c_str(), flags)) {
    if (fd_ < 0) throw UserError(fmt::format("{}: cannot open ({})", path, std::strerror(errno)));
  }
  ~File() { close(fd_); }
  File(File const&) = delete;
  File& operator=(File const&) = delete;

  std::uint64_t size() const { return static_cast<std::uint64_t>(lseek(fd_, 0, SEEK_END)); }

  void read(std::uint64_t offset, std::span<std::byte> out) const {
    while (!out.empty()) {
      auto const got = pread(fd_, out.data(), out.size(), static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) refuse_store(path_, "the file cannot be read");
      out = out.subspan(static_cast<std::size_t>(got));
      offset += static_cast<std::uint64_t>(got);
    }
  }

  void append(std::span<std::byte const> bytes) const {
    auto offset = static_cast<off_t>(size());
    while (!bytes.empty()) {
      auto const put = pwrite(fd_, bytes.data(), bytes.size(), offset);
      if (put < 0 && errno == EINTR) continue;
      if (put <= 0) fail();
      bytes = bytes.subspan(static_cast<std::size_t>(put));
      offset += put;
    }
    if (fsync(fd_) != 0) fail();
  }

 private:
  [[noreturn]] void fail() const {
    throw UserError(fmt::format("{}: cannot write ({}); check the space and the rights there",
                                path_, std::strerror(errno)));
  }

  std::string const& path_;
  int fd_;
};

/// CRC-32 of [0, seal.content_bytes) without the bulk, which is sorted.
std::uint32_t content_crc(File const& file, Seal const& seal) {
  std::vector<std::byte> buffer(std::size_t{1} << 20U);
  std::uint32_t crc = 0;
  std::uint64_t at = 0;
  auto const add_until = [&](std::uint64_t end) {
    while (at < end) {
      auto const part = std::span(buffer).first(
          static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), end - at)));
      file.read(at, part);
      crc = crc32_of(part, crc);
      at += part.size();
    }
  };
  for (std::size_t i = 0; i < seal.ranges; ++i) {
    add_until(seal.bulk[i].offset);
    at = seal.bulk[i].offset + seal.bulk[i].bytes;
  }
  add_until(seal.content_bytes);
  return crc;
}

Seal read_seal(File const& file) {
  Seal seal;
  auto const size = file.size();
  if (size > seal_bytes) file.read(size - seal_bytes, std::as_writable_bytes(std::span(&seal, 1)));
  return seal;
}

}  // namespace

void refuse_store(std::string const& path, std::string const& sentence) {
  throw UserError(fmt::format("{}: {}; make the store anew with pertscale ingest", path, sentence));
}

void write_seal(std::string const& path, std::vector<ByteRange> bulk) {
  std::erase_if(bulk, [](ByteRange const& range) { return range.bytes == 0; });
  std::sort(bulk.begin(), bulk.end(),
            [](ByteRange const& a, ByteRange const& b) { return a.offset < b.offset; });
  if (bulk.size() > most_ranges) throw InternalError("too many ranges for a seal");
  File const file(path, O_RDWR);
  Seal seal;
  seal.magic = magic;
  seal.content_bytes = file.size();
  seal.ranges = bulk.size();
  std::copy(bulk.begin(), bulk.end(), seal.bulk.begin());
  seal.content_crc = content_crc(file, seal);
  seal.self = self_crc(seal);
  file.append(std::as_bytes(std::span(&seal, 1)));
}

bool has_seal(std::string const& path) {
  int const fd = open(path.c_str(), O_RDONLY);
  if (fd < 0) return false;
  std::array<char, 16> found{};
  auto const size = lseek(fd, 0, SEEK_END);
  bool const read = size > static_cast<off_t>(seal_bytes) &&
                    pread(fd, found.data(), found.size(), size - static_cast<off_t>(seal_bytes)) ==
                        static_cast<ssize_t>(found.size());
  close(fd);
  return read && found == magic;
}

void check_seal(std::string const& path) {
  File const file(path, O_RDONLY);
  Seal const seal = read_seal(file);
  if (seal.magic != magic)
    refuse_store(path,
                 "the store's last bytes are not its seal, so it was cut off, changed or never "
                 "finished");
  if (seal.self != self_crc(seal)) refuse_store(path, "the store's seal is damaged");
  if (seal.content_bytes + seal_bytes != file.size())
    refuse_store(path, fmt::format("the store was sealed at {} bytes but has {}",
                                   seal.content_bytes + seal_bytes, file.size()));
  if (seal.content_crc != content_crc(file, seal))
    refuse_store(path,
                 "the store's tables (obs, var, indptr, groups or HDF5's own) are not what was "
                 "written (checksum)");
}

}  // namespace pertscale
