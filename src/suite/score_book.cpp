#include "suite/score_book.hpp"

namespace pertscale {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

void put(std::vector<double>& list, std::size_t place, Score const& score) {
  if (list.size() <= place) list.resize(place + 1, none);
  if (score.status.ok()) list[place] = score.value;
}

}  // namespace

void BookPage::level(std::size_t models) {
  for (auto* const table : {&values, &on_half}) {
    table->resize(models);
    for (auto& list : *table) list.resize(rows.size(), none);
  }
  positive.resize(rows.size(), none);
  negative.resize(rows.size(), none);
}

bool ScoreBook::takes(std::size_t metric) const {
  return !plan_.study->metrics[metric].part.info->traits.neutral;
}

BookPage& ScoreBook::page(PageKey const& key) {
  auto& out = pages_[key];
  if (out.values.empty()) out.level(plan_.study->models.size());
  return out;
}

std::size_t ScoreBook::place(PageKey const& key, BookRow const& row) {
  auto& of = page(key);
  auto const [at, fresh] = places_[key].emplace(row, of.rows.size());
  if (fresh) of.rows.push_back(row);
  return at->second;
}

void ScoreBook::add(Task const& task, std::vector<RawScore> const& scores) {
  std::size_t const begin = half_rows_begin(plan_.datasets[task.dataset].labels);
  for (auto const& [row, metric, score] : scores) {
    if (!takes(metric)) continue;
    PageKey const key{task.dataset, task.protocol, metric};
    bool const half = row >= begin;
    auto const at = place(key, {task.split, half ? row - begin : row});
    auto& of = page(key);
    put((half ? of.on_half : of.values)[task.model], at, score);
  }
}

void ScoreBook::add_control(Task const& task, std::vector<RawScore> const& scores,
                            Control control) {
  for (auto const& [row, metric, score] : scores) {
    if (!takes(metric)) continue;
    PageKey const key{task.dataset, task.protocol, metric};
    auto const at = place(key, {task.split, row});
    auto& of = page(key);
    put(control == Control::positive ? of.positive : of.negative, at, score);
  }
}

std::map<PageKey, BookPage> const& ScoreBook::pages() {
  for (auto& [key, page] : pages_) page.level(plan_.study->models.size());
  return pages_;
}

MetricSide side_of(StudyMetric const& metric) {
  auto const& traits = metric.part.info->traits;
  return {traits.higher_is_better, traits.best};
}

PlanSplits const& splits_of(Plan const& plan, PageKey const& key) {
  return plan.splits[plan.splits_index(std::get<0>(key), std::get<1>(key))];
}

std::size_t unit_of(Plan const& plan, PageKey const& key, BookRow const& row) {
  auto const& labels = plan.datasets[std::get<0>(key)].labels;
  if (!is_whole_split(labels, row.row)) return labels.rows()[row.row].condition;
  return labels.conditions().size() + row.split * labels.contexts().size() +
         context_of(labels, row.row);
}

std::string group_of(Plan const& plan, PageKey const& key, BookRow const& row) {
  auto const& labels = plan.datasets[std::get<0>(key)].labels;
  return is_whole_split(labels, row.row) ? "*"
                                         : splits_of(plan, key).splits[row.split].groups[row.row];
}

}  // namespace pertscale
