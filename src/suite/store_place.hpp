#pragma once
#include <filesystem>
#include <string>

#include "parallel/communicator.hpp"

namespace pertscale {

/// Where a store is made before it stands under its name: a file and a folder of scratch files
/// beside it, named by host and process, both removed by whoever made them. What processes of this
/// host left that are no more is removed first. Collective.
class StorePlace {
 public:
  StorePlace(Communicator const& comm, std::filesystem::path const& target);
  ~StorePlace();
  StorePlace(StorePlace const&) = delete;
  StorePlace& operator=(StorePlace const&) = delete;

  std::string const& file() const { return file_; }
  std::filesystem::path const& scratch() const { return scratch_; }
  /// Removes the scratch files. On one rank.
  void remove_scratch() const;
  /// Gives the file its name. On one rank.
  void finish() const;

 private:
  std::filesystem::path target_, scratch_;
  std::string file_;
  bool root_;
};

/// Free bytes of the file system that `target` will lie on.
double free_bytes(std::filesystem::path const& target);

}  // namespace pertscale
