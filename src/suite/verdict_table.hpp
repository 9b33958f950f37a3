#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "suite/calibration_tables.hpp"
#include "suite/verdict.hpp"

namespace pertscale {

/// Models that verdicts compare with: those that `baseline` lines name; without one, every
/// no-change, perturbed-mean, additive and matching-mean of the study.
std::vector<std::size_t> verdict_baselines(Study const& study);

/// A line of verdict.csv before names are put to it.
struct VerdictLine {
  PageKey page;  ///< dataset, protocol, metric
  std::string group;
  Verdict verdict;
  double bds = 0;  ///< of the metric's calibration; NaN where there is none
  std::string warning;
};

/// Every model against every baseline on every metric that has a better side, by group and over all
/// (`*`), contexts pooled; in the order of the table. Depends on the scores alone.
std::vector<VerdictLine> compare_models(Plan const& plan, ScoreBook& book,
                                        Calibrations const& calibrations);

void write_verdicts(Plan const& plan, std::vector<VerdictLine> const& lines,
                    std::filesystem::path const& folder);

/// Verdicts over all groups against the first baseline, and the metrics that calibration warns of.
std::string verdict_text(Plan const& plan, std::vector<VerdictLine> const& lines);

}  // namespace pertscale
