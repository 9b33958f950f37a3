#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "data/screen.hpp"
#include "suite/plan.hpp"
#include "suite/prediction_file.hpp"
#include "suite/score_context.hpp"

namespace pertscale {

/// One value of scores.csv before names are put to it.
struct RawScore {
  std::size_t row = 0;     ///< row of Labels, or whole_split_row
  std::size_t metric = 0;  ///< number in the study
  Score score;
};

/// Where the value of a whole split of one context is kept: after all rows of Labels.
std::size_t whole_split_row(Labels const& labels, std::size_t context);
bool is_whole_split(Labels const& labels, std::size_t row);
std::size_t context_of(Labels const& labels, std::size_t row);

/// What stands behind the profiles of one context of a task; null where there is nothing.
using SupplyMaker = std::function<std::unique_ptr<ScoreSupply>(ScoredContext const& scored)>;

/// Every metric on held-out rows [first, last) of a task; `prediction` holds all its rows. Metrics
/// of the whole split are scored with the block that begins at 0.
std::vector<RawScore> score_block(Plan const& plan, Task const& task, Screen const& screen,
                                  PredictionTable const& prediction, std::size_t first,
                                  std::size_t last, SupplyMaker const& supply = {});

/// Rows of a task that was not finished: every row and metric with this status.
std::vector<RawScore> missing_scores(Plan const& plan, Task const& task, Status const& status);

/// A line a score: row, metric, value, status; and back.
std::string scores_text(std::vector<RawScore> const& scores);
std::vector<RawScore> parse_scores(std::string_view text);

}  // namespace pertscale
