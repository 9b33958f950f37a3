#include "suite/unit_farm.hpp"

#include <algorithm>
#include <atomic>
#include <exception>

#include "solver/team_linear_algebra.hpp"

namespace pertscale {

namespace {

/// Fits of teams that run at the same time: first rank of each.
struct Round {
  std::vector<std::size_t> units;
  std::vector<int> first_rank;
};

std::vector<Round> rounds_of(Plan const& plan, std::vector<std::size_t> units, int ranks) {
  std::stable_sort(units.begin(), units.end(), [&](auto a, auto b) {
    auto const& x = plan.units[a];
    auto const& y = plan.units[b];
    return x.team != y.team ? x.team > y.team : x.cost > y.cost;
  });
  std::vector<Round> rounds;
  int used = ranks;
  for (auto const u : units) {
    int const team = plan.units[u].team;
    if (used + team > ranks) {
      rounds.emplace_back();
      used = 0;
    }
    rounds.back().units.push_back(u);
    rounds.back().first_rank.push_back(used);
    used += team;
  }
  return rounds;
}

/// One fit of a round on this rank, where it is in one. What one member alone meets while it fits
/// is thrown at once and ends the job: the others would wait for it. Returns why the journal could
/// not be written.
std::exception_ptr run_round(Plan const& plan, Round const& round, UnitWorker& worker,
                             JournalWriter& journal, Communicator const& comm) {
  int mine = static_cast<int>(round.units.size());
  for (std::size_t i = 0; i < round.units.size(); ++i) {
    int const first = round.first_rank[i];
    if (comm.rank() >= first && comm.rank() < first + plan.units[round.units[i]].team)
      mine = static_cast<int>(i);
  }
  auto team = comm.split(mine);
  if (mine == static_cast<int>(round.units.size())) return nullptr;
  auto const& unit = plan.units[round.units[static_cast<std::size_t>(mine)]];
  TeamLinearAlgebra const algebra(std::move(team));
  auto const record = worker.run_fit(unit, algebra);
  try {
    if (algebra.member() == 0) journal.append(unit.key, record_text(record));
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}

bool run_teams(Plan const& plan, std::vector<std::size_t> const& units, UnitWorker& worker,
               JournalWriter& journal, Communicator const& comm, UnitHooks const& hooks) {
  FarmProgress progress;
  progress.total = units.size();
  for (auto const u : units) progress.cost_total += plan.units[u].cost;
  for (auto const& round : rounds_of(plan, units, comm.size())) {
    if (comm.any(hooks.stop())) return false;
    auto const failure = run_round(plan, round, worker, journal, comm);
    agree(comm, [&] {
      if (failure) std::rethrow_exception(failure);
    });
    for (auto const u : round.units) progress.cost_finished += plan.units[u].cost;
    progress.finished += round.units.size();
    if (comm.root()) hooks.progress(progress);
  }
  return true;
}

}  // namespace

bool run_units(Plan const& plan, std::vector<std::size_t> const& open, UnitWorker& worker,
               JournalWriter& journal, Communicator const& comm, UnitHooks const& hooks) {
  std::vector<std::size_t> teams, units;
  for (auto const u : open) (plan.units[u].team > 1 ? teams : units).push_back(u);
  if (!run_teams(plan, teams, worker, journal, comm, hooks)) return false;

  std::vector<FarmUnit> farm;
  std::vector<std::ptrdiff_t> number(plan.units.size(), -1);
  for (auto const u : units) {
    auto const after = plan.units[u].after;
    number[u] = static_cast<std::ptrdiff_t>(farm.size());
    farm.push_back({plan.units[u].cost, {}});
    if (after >= 0 && number[static_cast<std::size_t>(after)] >= 0)
      farm.back().after.push_back(
          static_cast<std::size_t>(number[static_cast<std::size_t>(after)]));
  }
  std::exception_ptr failure;  // a journal that cannot be written ends the farm on all ranks
  std::atomic<bool> failed{false};
  FarmHooks farm_hooks;
  farm_hooks.stop = [&] { return hooks.stop() || failed.load(); };
  farm_hooks.progress = hooks.progress;
  bool const complete = run_farm(
      comm, farm,
      [&](std::size_t i) {
        auto const& unit = plan.units[units[i]];
        try {
          journal.append(unit.key, record_text(worker.run(unit)));
        } catch (...) {
          failure = std::current_exception();
          failed = true;
        }
      },
      farm_hooks);
  agree(comm, [&] {
    if (failure) std::rethrow_exception(failure);
  });
  return complete;
}

}  // namespace pertscale
