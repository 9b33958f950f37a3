#pragma once
#include <filesystem>
#include <string>

#include "parallel/communicator.hpp"

namespace pertscale {

/// A folder that all ranks share while something is made, removed at the end.
class ScratchFolder {
 public:
  /// Makes `.pertscale-PURPOSE.PID` in `parent` (which is made too). UserError where it cannot.
  /// Collective.
  ScratchFolder(Communicator const& comm, std::filesystem::path const& parent,
                std::string const& purpose);
  ~ScratchFolder();
  ScratchFolder(ScratchFolder const&) = delete;
  ScratchFolder& operator=(ScratchFolder const&) = delete;

  std::filesystem::path const& path() const { return path_; }

 private:
  Communicator const& comm_;
  std::filesystem::path path_;
};

}  // namespace pertscale
