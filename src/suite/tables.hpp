#pragma once
#include <filesystem>
#include <string>

#include "report/journal.hpp"
#include "suite/plan.hpp"

namespace pertscale {

/// Writes every table of a results directory but timings from the journal alone: scores, summary,
/// tasks, calibration and verdicts. Returns what is printed at the end of a run.
std::string write_all_tables(Plan const& plan, JournalIndex const& journal,
                             std::filesystem::path const& folder);

}  // namespace pertscale
