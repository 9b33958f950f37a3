#pragma once
#include <string>
#include <vector>

#include "data/prediction.hpp"
#include "data/screen.hpp"
#include "suite/plan.hpp"

namespace pertscale {

/// One value of scores.csv before names are put to it.
struct RawScore {
  std::size_t row = 0;     ///< row of Labels
  std::size_t metric = 0;  ///< number in the study
  Score score;
};

/// Every metric on held-out rows [first, last) of a task; `prediction` holds those rows only.
std::vector<RawScore> score_block(Plan const& plan, Task const& task, Screen const& screen,
                                  Prediction const& prediction, std::size_t first,
                                  std::size_t last);

/// A line a score: row, metric, value, status; and back.
std::string scores_text(std::vector<RawScore> const& scores);
std::vector<RawScore> parse_scores(std::string_view text);

}  // namespace pertscale
