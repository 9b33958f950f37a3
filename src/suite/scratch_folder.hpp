#pragma once
#include <filesystem>
#include <string>

#include "parallel/communicator.hpp"

namespace pertscale {

/// HOST.PROCESS of this process: ends the names of what is removed when it is done.
std::string process_mark();
/// Removes the entries of `folder` that are called START + HOST.PROCESS, of processes of this host
/// that are no more: a killed process cannot clear up after itself. On one rank.
void remove_left_behind(std::filesystem::path const& folder, std::string const& start);

/// A folder that all ranks share while something is made, removed at the end.
class ScratchFolder {
 public:
  /// Makes `.pertscale-PURPOSE.HOST.PROCESS` in `parent` (which is made too) and removes those that
  /// killed processes left. UserError where it cannot. Collective.
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
