#include "io/bucket_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/error.hpp"

namespace pertscale {

namespace {

constexpr std::size_t most_open_files = 128;
constexpr std::size_t least_room = 4096;

[[noreturn]] void fail(std::filesystem::path const& path, char const* doing) {
  throw UserError(
      fmt::format("{}: cannot {} scratch data ({}); check the space and the rights there",
                  path.string(), doing, std::strerror(errno)));
}

}  // namespace

BucketWriter::BucketWriter(std::filesystem::path path, std::size_t buckets, std::uint64_t memory)
    : path_(std::move(path)),
      room_(std::max<std::size_t>(least_room, memory / std::max<std::size_t>(1, buckets))),
      buffers_(buckets),
      fd_(open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
  if (fd_ < 0) fail(path_, "write");
}

BucketWriter::~BucketWriter() {
  if (fd_ >= 0) close(fd_);
}

void BucketWriter::start(std::int64_t order) {
  for (std::size_t b = 0; b < buffers_.size(); ++b) flush(b);
  order_ = order;
}

std::span<std::byte> BucketWriter::record(std::size_t bucket, std::size_t bytes) {
  auto& buffer = buffers_[bucket];
  if (buffer.size() + bytes > room_) flush(bucket);
  std::size_t const at = buffer.size();
  buffer.resize(at + bytes);
  return std::span(buffer).subspan(at);
}

void BucketWriter::flush(std::size_t bucket) {
  auto& buffer = buffers_[bucket];
  if (buffer.empty()) return;
  auto const start = offset_;
  std::span<std::byte const> left = buffer;
  while (!left.empty()) {
    auto const put = pwrite(fd_, left.data(), left.size(), static_cast<off_t>(offset_));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) fail(path_, "write");
    left = left.subspan(static_cast<std::size_t>(put));
    offset_ += put;
  }
  extents_.push_back({static_cast<std::int32_t>(bucket), 0, order_, start, offset_ - start});
  buffer.clear();
  if (buffer.capacity() > 2 * room_) buffer.shrink_to_fit();
}

std::vector<BucketExtent> BucketWriter::finish() {
  start(0);
  buffers_.clear();
  int const status = close(std::exchange(fd_, -1));
  if (status != 0) fail(path_, "write");
  return std::move(extents_);
}

BucketReader::~BucketReader() { close_all(); }

void BucketReader::close_all() {
  for (auto const& [file, fd] : open_) close(fd);
  open_.clear();
}

int BucketReader::open_file(std::size_t file) {
  auto const found = open_.find(file);
  if (found != open_.end()) return found->second;
  if (open_.size() >= most_open_files) close_all();
  int const fd = open(files_[file].c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail(files_[file], "read");
  open_.emplace(file, fd);
  return fd;
}

std::span<std::byte const> BucketReader::read(BucketExtent const& extent,
                                              std::vector<std::byte>& buffer) {
  auto const file = static_cast<std::size_t>(extent.file);
  int const fd = open_file(file);
  auto const bytes = static_cast<std::size_t>(extent.bytes);
  if (buffer.size() < bytes) buffer.resize(bytes);
  std::size_t done = 0;
  while (done < bytes) {
    auto const got = pread(fd, buffer.data() + done, bytes - done,
                           static_cast<off_t>(extent.offset) + static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got == 0) errno = EIO;
    if (got <= 0) fail(files_[file], "read");
    done += static_cast<std::size_t>(got);
  }
  return std::span(buffer).first(bytes);
}

}  // namespace pertscale
