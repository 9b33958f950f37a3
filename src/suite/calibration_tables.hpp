#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "report/journal.hpp"
#include "statistics/calibration.hpp"
#include "suite/plan.hpp"
#include "suite/score_book.hpp"

namespace pertscale {

/// What calibration says of one metric on one protocol of one dataset.
struct MetricCalibration {
  ControlSummary summary;
  std::string warning;  ///< words joined by blanks; empty: none
};

/// By page and positive control.
using Calibrations = std::map<std::pair<PageKey, ControlKind>, MetricCalibration>;

/// Words: `bds_below_half` where the positive control beats the negative one on less than half of
/// the perturbations, `controls_not_told_apart` where the signed-rank test between them is not
/// below 0.05. `too_few` below `least_units` perturbations, where no test could say so. Empty where
/// nothing was calibrated.
std::string calibration_warning(ControlSummary const& summary);

/// Writes calibration.csv and calibration-summary.csv from the journal, and puts the controls into
/// the book: of several positive controls the technical duplicate.
Calibrations write_calibration(Plan const& plan, JournalIndex const& journal,
                               std::filesystem::path const& folder, ScoreBook& book);

/// Writes calibrated.csv: where each model stands between the controls.
void write_calibrated(Plan const& plan, ScoreBook& book, std::filesystem::path const& folder);

/// The first positive control of a page that was calibrated; null where none was.
MetricCalibration const* find_calibration(Calibrations const& calibrations, PageKey const& key);

/// How many controls failed.
std::size_t failed_controls(Plan const& plan, JournalIndex const& journal);

/// Rows `task,phase,...` of finished controls, for timings.csv.
std::string calibration_timings(Plan const& plan, JournalIndex const& journal);

}  // namespace pertscale
