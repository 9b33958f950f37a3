#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>

#include "data/profile_table.hpp"

namespace pertscale {

/// A file mapped read-only: every rank of a node shares its pages.
class MappedFile : public TableMemory {
 public:
  /// Null where the file cannot be opened or mapped, or has not this many bytes.
  static std::shared_ptr<MappedFile const> open(std::filesystem::path const& path,
                                                std::size_t bytes);
  ~MappedFile() override;

  void release_pages() const override;
  char const* data() const { return static_cast<char const*>(data_); }
  std::size_t bytes() const { return bytes_; }

 private:
  MappedFile(void* data, std::size_t bytes) : data_(data), bytes_(bytes) {}

  void* data_;
  std::size_t bytes_;
};

}  // namespace pertscale
