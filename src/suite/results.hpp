#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "report/journal.hpp"
#include "statistics/summary.hpp"
#include "suite/plan.hpp"
#include "suite/score.hpp"

namespace pertscale {

/// What a finished unit leaves in the journal.
struct UnitRecord {
  std::string error_type, message;  ///< empty: it went well
  double fit_seconds = 0, score_seconds = 0, peak_rss_mib = 0;
  int ranks = 1;
  std::string start, job, host;
  std::vector<RawScore> scores;
};

std::string record_text(UnitRecord const& record);
UnitRecord parse_record(std::string const& text);

/// One line of summary.csv.
struct SummaryRow {
  std::string dataset, protocol, model, context, group, metric;
  Summary summary;
};

/// Writes scores.csv, summary.csv, tasks.csv and timings' task rows from the journal alone. Bytes
/// depend on the plan and the numbers only. Returns the summary for the leaderboard.
/// `each_task` sees all scores of a task that the journal holds, those against first halves too.
std::vector<SummaryRow> write_tables(
    Plan const& plan, JournalIndex const& journal, std::filesystem::path const& folder,
    std::function<void(Task const&, std::vector<RawScore> const&)> const& each_task = {});

/// Sorts by perturbation, context and the metric's column name, texts by code points.
void sort_scores(Plan const& plan, Task const& task, std::vector<RawScore>& scores);

/// The phases of one record as rows of timings.csv.
std::string unit_timing(std::string const& task, UnitRecord const& record);
/// Rows `task,phase,...` of finished tasks, for timings.csv.
std::string task_timings(Plan const& plan, JournalIndex const& journal);

/// The table printed at the end of a run: models x metrics, mean and interval, for each dataset and
/// protocol.
std::string leaderboard(Plan const& plan, std::vector<SummaryRow> const& rows);

/// How many tasks failed.
std::size_t failed_tasks(Plan const& plan, JournalIndex const& journal);

}  // namespace pertscale
