#pragma once
#include <cstddef>
#include <functional>
#include <vector>

#include "parallel/communicator.hpp"

namespace pertscale {

/// One piece of work for the farm.
struct FarmUnit {
  double cost = 1;                 ///< estimated seconds or flops; only the order matters
  std::vector<std::size_t> after;  ///< units that must be finished first
};

/// What the manager tells while the farm runs (on rank 0, from the manager thread).
struct FarmProgress {
  std::size_t finished = 0, total = 0;
  double cost_finished = 0, cost_total = 0;
};

struct FarmHooks {
  /// Asked on every rank before it takes a unit, and by the manager: true ends the farm early.
  std::function<bool()> stop = [] { return false; };
  std::function<void(FarmProgress const&)> progress = [](FarmProgress const&) {};
};

/// Runs every unit once on some rank, longest first among those that are ready, handed out by a
/// manager thread on rank 0 (whose main thread works too). `work` runs on the main thread of the
/// rank and must not throw for a unit that merely failed. Returns, on every rank, whether all units
/// were finished. Needs MPI_THREAD_MULTIPLE.
bool run_farm(Communicator const& comm, std::vector<FarmUnit> const& units,
              std::function<void(std::size_t)> const& work, FarmHooks const& hooks = {});

}  // namespace pertscale
