#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

#include "parallel/communicator.hpp"
#include "suite/score_study.hpp"

namespace pertscale {

/// How to run a study on this machine; nothing here changes a number.
struct RunOptions {
  std::filesystem::path out;
  std::uint64_t memory_per_rank = std::uint64_t{1} << 30;
  double max_seconds = 0;  ///< 0: no limit
  bool fresh = false;      ///< remove earlier results first
  bool dry_run = false;    ///< print the plan and stop
  std::string versions;    ///< for run.json, a line each
};

/// The main job: plan, prepare, fit, score, tables. Returns the exit status (0, or 75 when stopped
/// on purpose). Throws UserError.
int run_study(std::string const& study_file, RunOptions const& options, Communicator const& comm);

/// Scores predictions made elsewhere, by the same path as run_study.
int run_score_study(ScoreRequest const& request, RunOptions const& options,
                    Communicator const& comm);

/// What `status` says of a results directory: running, interrupted or finished, and how far.
std::string status_text(std::filesystem::path const& folder);

}  // namespace pertscale
