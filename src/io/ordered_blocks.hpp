#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "parallel/communicator.hpp"

namespace pertscale {

/// Blocks 0..count-1 are made by all ranks in turn (block b by rank b modulo their number) and
/// consumed by rank 0 in order. A rank holds one block of its own at a time; a failure on any rank
/// ends the work on all of them with that rank's error.
struct OrderedBlocks {
  std::int64_t count = 0;
  std::function<std::vector<std::byte>(std::int64_t)> make;
  std::function<void(std::vector<std::byte> const&)> consume;  ///< on rank 0
};

void run_ordered(Communicator const& comm, OrderedBlocks const& blocks);

}  // namespace pertscale
