#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "parallel/phase_meter.hpp"
#include "suite/plan.hpp"

namespace pertscale {

/// What run.json says besides the study itself.
struct RunFacts {
  std::filesystem::path folder;
  Plan const* plan = nullptr;
  std::string state;  ///< running, stopped, finished
  int ranks = 1;
  std::string versions;
  std::uint64_t memory_per_rank = 0;
  std::vector<Screen> const* screens = nullptr;  ///< of the plan's datasets, once they are prepared
};

/// Writes run.json: the study with every value, versions, digests of inputs, ranks, host, dates.
void write_run_record(RunFacts const& facts);

/// Refuses (UserError) when the directory holds results of a dataset of the same name but another
/// content.
void check_same_datasets(std::filesystem::path const& folder, std::vector<Dataset> const& datasets);

/// Removes what a run writes, and nothing else.
void remove_results(std::filesystem::path const& folder);

/// UTC time as a name that sorts: 20260131T235959.123.
std::string start_name();

/// The first line of timings.csv, and the line of a phase. `bytes` and `mb_per_second` are empty
/// where a phase reads no matrix.
std::string timing_header();
std::string timing_row(PhaseTime const& phase, std::string const& start, int ranks);

/// timings.csv: phases of this start, then those of units; earlier starts stay.
void write_timings(std::filesystem::path const& folder, std::vector<PhaseTime> const& phases,
                   std::string const& start, int ranks, std::string const& task_rows);

}  // namespace pertscale
