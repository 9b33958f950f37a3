#pragma once
#include <cstdint>
#include <string>

namespace pertscale {

/// A file opened for reading bytes at places.
class PlainFile {
 public:
  /// UserError where it is missing, a folder, empty or not permitted.
  explicit PlainFile(std::string path);
  ~PlainFile();
  PlainFile(PlainFile const&) = delete;
  PlainFile& operator=(PlainFile const&) = delete;

  std::string const& path() const { return path_; }
  std::uint64_t size() const { return size_; }
  /// `count` bytes from `first`. UserError where the file has fewer.
  std::string read(std::uint64_t first, std::uint64_t count) const;
  /// As many of the first `count` bytes as there are.
  std::string head(std::uint64_t count) const;
  std::string sha256() const;

 private:
  std::string path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace pertscale
