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
      buffers_(std::make_unique_for_overwrite<std::byte[]>(room_ * buckets)),
      taken_(buckets, 0),
      fd_(open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
  if (fd_ < 0) fail(path_, "write");
}

BucketWriter::~BucketWriter() {
  if (fd_ >= 0) close(fd_);
}

void BucketWriter::start(std::int64_t order) {
  flush_large();
  for (std::size_t b = 0; b < taken_.size(); ++b) flush(b);
  order_ = order;
}

std::span<std::byte> BucketWriter::record(std::size_t bucket, std::size_t bytes) {
  flush_large();
  if (taken_[bucket] + bytes > room_) flush(bucket);
  if (bytes > room_) {
    large_.resize(bytes);
    large_bucket_ = bucket;
    return large_;
  }
  std::byte* const at = buffers_.get() + bucket * room_ + taken_[bucket];
  taken_[bucket] += bytes;
  return {at, bytes};
}

void BucketWriter::flush(std::size_t bucket) {
  write(bucket, {buffers_.get() + bucket * room_, taken_[bucket]});
  taken_[bucket] = 0;
}

void BucketWriter::flush_large() {
  write(large_bucket_, large_);
  large_.clear();
}

void BucketWriter::write(std::size_t bucket, std::span<std::byte const> bytes) {
  if (bytes.empty()) return;
  auto const start = offset_;
  while (!bytes.empty()) {
    auto const put = pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset_));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) fail(path_, "write");
    bytes = bytes.subspan(static_cast<std::size_t>(put));
    offset_ += put;
  }
  extents_.push_back({static_cast<std::int32_t>(bucket), 0, order_, start, offset_ - start});
}

std::vector<BucketExtent> BucketWriter::finish() {
  start(0);
  buffers_.reset();
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
