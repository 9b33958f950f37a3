#include "io/ordered_blocks.hpp"

#include <algorithm>
#include <array>

namespace pertscale {

namespace {

constexpr int call_tag = 71;   // rank 0 calls for a block, or tells that there will be none
constexpr int block_tag = 72;  // the block; empty: its rank has failed

constexpr std::byte stop{0}, go{1};

void call(Communicator const& comm, int rank, std::byte word) {
  std::array<std::byte, 1> const message{word};
  comm.send(message, rank, call_tag);
}

/// How far rank 0 has come.
struct Progress {
  std::int64_t called = 0;  ///< blocks below were called for, or are rank 0's
  int failed = -1;          ///< the rank that sent an empty block
};

/// Blocks of rank 0 and of the others, in order. Returns early when a rank has failed.
void collect(Communicator const& comm, OrderedBlocks const& blocks, Progress& progress) {
  for (std::int64_t b = 0; b < blocks.count; ++b) {
    auto const owner = static_cast<int>(b % comm.size());
    if (owner == 0) {
      blocks.consume(blocks.make(b));
      continue;
    }
    call(comm, owner, go);
    progress.called = b + 1;
    auto const block = comm.receive(owner, block_tag);
    if (block.empty()) {
      progress.failed = owner;
      return;
    }
    blocks.consume(block);
  }
  progress.called = blocks.count;
}

/// The next block of each rank that still waits for a call is called off.
void call_off(Communicator const& comm, std::int64_t blocks, Progress const& progress) {
  auto const end = std::min<std::int64_t>(blocks, progress.called + comm.size());
  for (std::int64_t b = progress.called; b < end; ++b) {
    auto const owner = static_cast<int>(b % comm.size());
    if (owner != 0 && owner != progress.failed) call(comm, owner, stop);
  }
}

void lead(Communicator const& comm, OrderedBlocks const& blocks) {
  Progress progress;
  try {
    collect(comm, blocks, progress);
  } catch (...) {
    call_off(comm, blocks.count, progress);
    throw;
  }
  call_off(comm, blocks.count, progress);
}

bool called(Communicator const& comm) { return comm.receive(0, call_tag).front() == go; }

void follow(Communicator const& comm, OrderedBlocks const& blocks) {
  for (std::int64_t b = comm.rank(); b < blocks.count; b += comm.size()) {
    std::vector<std::byte> block;
    try {
      block = blocks.make(b);
    } catch (...) {
      if (called(comm)) comm.send({}, 0, block_tag);
      throw;
    }
    if (!called(comm)) return;
    comm.send(block, 0, block_tag);
  }
}

}  // namespace

void run_ordered(Communicator const& comm, OrderedBlocks const& blocks) {
  agree(comm, [&] {
    if (comm.root())
      lead(comm, blocks);
    else
      follow(comm, blocks);
  });
}

}  // namespace pertscale
