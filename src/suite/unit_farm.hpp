#pragma once
#include <cstddef>
#include <functional>
#include <vector>

#include "parallel/communicator.hpp"
#include "parallel/task_farm.hpp"
#include "report/journal.hpp"
#include "suite/plan.hpp"
#include "suite/unit_work.hpp"

namespace pertscale {

struct UnitHooks {
  std::function<bool()> stop;  ///< asked on every rank before it takes a unit
  std::function<void(FarmProgress const&)> progress;  ///< on rank 0
};

/// Runs the open units of a plan on the ranks: fits by teams first, widest first, in rounds of as
/// many as there are ranks for (a rank without a team waits for the round's end), then the others
/// by the task farm. Every finished unit is in the journal. Returns, on every rank, whether all
/// were done; a journal that cannot be written is thrown on all. Collective.
bool run_units(Plan const& plan, std::vector<std::size_t> const& open, UnitWorker& worker,
               JournalWriter& journal, Communicator const& comm, UnitHooks const& hooks);

}  // namespace pertscale
