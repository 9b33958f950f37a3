#include "suite/tables.hpp"

#include <fmt/format.h>

#include "suite/calibration_tables.hpp"
#include "suite/interaction_table.hpp"
#include "suite/removal_table.hpp"
#include "suite/results.hpp"
#include "suite/spectral_table.hpp"
#include "suite/verdict_table.hpp"

namespace pertscale {

std::string write_all_tables(Plan const& plan, JournalIndex const& journal,
                             std::filesystem::path const& folder) {
  ScoreBook book(plan);
  auto const rows = write_tables(
      plan, journal, folder,
      [&](Task const& task, std::vector<RawScore> const& scores) { book.add(task, scores); });
  auto const calibrations = write_calibration(plan, journal, folder, book);
  write_calibrated(plan, book, folder);
  auto const lines = compare_models(plan, book, calibrations);
  write_verdicts(plan, lines, folder);
  write_spectral_areas(plan, folder);
  write_removal(*plan.study, folder);
  write_interactions(*plan.study, folder);
  std::string out = leaderboard(plan, rows) + verdict_text(plan, lines);
  auto const failed = failed_tasks(plan, journal);
  if (failed > 0)
    out +=
        fmt::format("{} task(s) failed: see status, error_type and message in tasks.csv\n", failed);
  auto const controls = failed_controls(plan, journal);
  if (controls > 0) out += fmt::format("{} control(s) failed: see calibration.csv\n", controls);
  return out + fmt::format(
                   "results: {}, summary.csv, scores.csv, calibration-summary.csv, tasks.csv, "
                   "timings.csv, run.json\n",
                   (folder / "verdict.csv").string());
}

}  // namespace pertscale
