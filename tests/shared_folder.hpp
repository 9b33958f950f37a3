#pragma once
#include <string>

#include "parallel/communicator.hpp"
#include "shared_data.hpp"

namespace pertscale {

/// A folder that all ranks know.
struct SharedFolder {
  TemporaryFolder mine;
  std::string path;
  Communicator const& comm;
  explicit SharedFolder(Communicator const& world) : path(mine.path().string()), comm(world) {
    comm.broadcast(path);
  }
  ~SharedFolder() { comm.barrier(); }
};

}  // namespace pertscale
