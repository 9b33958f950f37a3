#pragma once
#include <cstddef>
#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "statistics/calibration.hpp"
#include "suite/plan.hpp"
#include "suite/score.hpp"

namespace pertscale {

/// A held-out row under a split, or the whole split of a context (see whole_split_row).
struct BookRow {
  std::size_t split = 0, row = 0;
  auto operator<=>(BookRow const&) const = default;
};

/// Values of one metric on one protocol of one dataset; NaN: missing.
struct BookPage {
  std::vector<BookRow> rows;
  std::vector<std::vector<double>> values;   ///< model x row, all cells as truth
  std::vector<std::vector<double>> on_half;  ///< model x row, first halves as truth
  std::vector<double> positive, negative;    ///< controls, first halves as truth

  /// Lists of one length each, missing values at the end filled in.
  void level(std::size_t models);
};

/// dataset, protocol, metric: numbers in the study.
using PageKey = std::tuple<std::size_t, std::size_t, std::size_t>;

/// Every value of a study by what it is compared with. Metrics without a better side are left out.
class ScoreBook {
 public:
  explicit ScoreBook(Plan const& plan) : plan_(plan) {}

  /// As the journal holds them: with rows against first halves among them.
  void add(Task const& task, std::vector<RawScore> const& scores);
  enum class Control { positive, negative };
  void add_control(Task const& task, std::vector<RawScore> const& scores, Control control);
  /// Every page, level; ordered by dataset, protocol, metric.
  std::map<PageKey, BookPage> const& pages();

 private:
  std::size_t place(PageKey const& key, BookRow const& row);
  BookPage& page(PageKey const& key);
  bool takes(std::size_t metric) const;

  Plan const& plan_;
  std::map<PageKey, BookPage> pages_;
  std::map<PageKey, std::map<BookRow, std::size_t>> places_;
};

/// Which side of a metric is better.
MetricSide side_of(StudyMetric const& metric);

/// The splits of a page's dataset and protocol.
PlanSplits const& splits_of(Plan const& plan, PageKey const& key);

/// The perturbation of a row: a number that is the same under every split and context; of a whole
/// split a number of its own.
std::size_t unit_of(Plan const& plan, PageKey const& key, BookRow const& row);
/// The protocol's label of a row; `*` of a whole split.
std::string group_of(Plan const& plan, PageKey const& key, BookRow const& row);

}  // namespace pertscale
