#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace pertscale {

/// Consecutive bytes of one bucket in one scratch file.
struct BucketExtent {
  std::int32_t bucket = 0;
  std::int32_t file = 0;   ///< number of the scratch file: the rank that wrote it
  std::int64_t order = 0;  ///< as given to `start`
  std::int64_t offset = 0;
  std::int64_t bytes = 0;
};

/// A scratch file that takes records for many buckets at once: external bucket sort. Buffers of all
/// buckets together hold `memory` bytes; a full one becomes an extent.
/// UserError where the file cannot be written.
class BucketWriter {
 public:
  BucketWriter(std::filesystem::path path, std::size_t buckets, std::uint64_t memory);
  ~BucketWriter();
  BucketWriter(BucketWriter const&) = delete;
  BucketWriter& operator=(BucketWriter const&) = delete;

  /// Records that follow belong to part `order` of the input; no extent spans two parts.
  void start(std::int64_t order);
  /// Room for a record of so many bytes, to be filled before the next call.
  std::span<std::byte> record(std::size_t bucket, std::size_t bytes);
  /// Writes what is left and closes. The extents, in the order of the file.
  std::vector<BucketExtent> finish();

 private:
  void flush(std::size_t bucket);
  void flush_large();
  void write(std::size_t bucket, std::span<std::byte const> bytes);

  std::filesystem::path path_;
  std::size_t room_;
  std::unique_ptr<std::byte[]> buffers_;  ///< of all buckets, given back to the system as one
  std::vector<std::size_t> taken_;        ///< bytes in each
  std::vector<std::byte> large_;          ///< a record that no buffer holds
  std::size_t large_bucket_ = 0;
  std::vector<BucketExtent> extents_;
  std::int64_t order_ = 0, offset_ = 0;
  int fd_ = -1;
};

/// Reads extents of the scratch files of all ranks; keeps some of them open.
class BucketReader {
 public:
  explicit BucketReader(std::vector<std::filesystem::path> files) : files_(std::move(files)) {}
  ~BucketReader();
  BucketReader(BucketReader const&) = delete;
  BucketReader& operator=(BucketReader const&) = delete;

  /// The extent's bytes; `buffer` is used again by the next call.
  std::span<std::byte const> read(BucketExtent const& extent, std::vector<std::byte>& buffer);

 private:
  int open_file(std::size_t file);
  void close_all();

  std::vector<std::filesystem::path> files_;
  std::map<std::size_t, int> open_;
};

}  // namespace pertscale
