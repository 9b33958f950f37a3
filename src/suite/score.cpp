#include "suite/score.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/text.hpp"

namespace pertscale {

namespace {

/// A metric's value that is no number is never shown as one.
Score checked(Score score) {
  if (score.status.ok() && !std::isfinite(score.value)) return {0, Status("not_finite")};
  return score;
}

class BlockScorer {
 public:
  BlockScorer(Plan const& plan, Labels const& labels) : plan_(plan), labels_(labels) {}

  /// Panel members of places [first, last), and the whole split where `whole`.
  void add(ScoredContext const& scored, std::size_t first, std::size_t last, bool whole) {
    add_missing(scored, first, last);
    for (std::size_t m = 0; m < plan_.study->metrics.size(); ++m) {
      if (!plan_.study->metrics[m].part.info->traits.whole_split)
        add_items(scored, m, first, last);
      else if (whole)
        add_whole(scored, m);
    }
  }

  std::vector<RawScore> take() { return std::move(out_); }

 private:
  void add_missing(ScoredContext const& scored, std::size_t first, std::size_t last) {
    for (std::size_t place = first; place < last; ++place)
      for (std::size_t m = 0; m < plan_.study->metrics.size(); ++m)
        if (!scored.status(place).ok() && !plan_.study->metrics[m].part.info->traits.whole_split)
          out_.push_back({scored.rows()[place], m, {0, scored.status(place)}});
  }

  void add_items(ScoredContext const& scored, std::size_t m, std::size_t first, std::size_t last) {
    auto const items = scored.predicted(first, last);
    if (items.empty()) return;
    auto const scores = values(scored, m, items, items.size());
    for (std::size_t i = 0; i < items.size(); ++i)
      out_.push_back({scored.rows()[items[i].place], m, checked(scores[i])});
  }

  /// Where the model predicts no member of the panel, the first one says why.
  void add_whole(ScoredContext const& scored, std::size_t m) {
    auto const items = scored.predicted(0, scored.panel().size());
    Score const score =
        items.empty() ? Score{0, scored.status(0)} : checked(values(scored, m, items, 1).front());
    out_.push_back({whole_split_row(labels_, scored.number()), m, score});
  }

  std::vector<Score> values(ScoredContext const& scored, std::size_t m,
                            std::vector<ScoreItem> const& items, std::size_t count) const {
    auto const& metric = plan_.study->metrics[m].part;
    auto const& context = scored.context();
    if (metric.info->traits.needs_genes && context.values == ValueKind::latent)
      return std::vector<Score>(count, {0, Status("not_applicable")});
    auto scores = metric.object->score(context, items);
    if (scores.size() != count)
      throw InternalError(fmt::format("metric '{}' gives {} scores where {} are due", metric.name(),
                                      scores.size(), count));
    return scores;
  }

  Plan const& plan_;
  Labels const& labels_;
  std::vector<RawScore> out_;
};

/// Panel places of the held-out rows [first, last) in one context.
std::pair<std::size_t, std::size_t> places(Task const& task, ScoredContext const& scored,
                                           std::size_t first, std::size_t last) {
  auto const& rows = scored.rows();
  if (first == last) return {0, 0};
  auto const begin = std::lower_bound(rows.begin(), rows.end(), task.held_out[first]);
  auto const end = std::upper_bound(rows.begin(), rows.end(), task.held_out[last - 1]);
  return {begin - rows.begin(), end - rows.begin()};
}

}  // namespace

std::size_t whole_split_row(Labels const& labels, std::size_t context) {
  return labels.rows().size() + context;
}

bool is_whole_split(Labels const& labels, std::size_t row) { return row >= labels.rows().size(); }

std::size_t context_of(Labels const& labels, std::size_t row) {
  return is_whole_split(labels, row) ? row - labels.rows().size() : labels.rows()[row].context;
}

std::vector<RawScore> score_block(Plan const& plan, Task const& task, Screen const& screen,
                                  PredictionTable const& prediction, std::size_t first,
                                  std::size_t last, SupplyMaker const& supply) {
  BlockScorer scorer(plan, screen.labels);
  bool const whole = first == 0 && has_whole_split(*plan.study);
  for (std::size_t number = 0; number < screen.labels.contexts().size(); ++number) {
    bool const touched =
        whole || std::any_of(task.held_out.begin() + static_cast<std::ptrdiff_t>(first),
                             task.held_out.begin() + static_cast<std::ptrdiff_t>(last),
                             [&](auto row) { return context_of(screen.labels, row) == number; });
    if (!touched) continue;
    ScoredContext scored(plan, task, screen, prediction, number);
    if (scored.panel().empty()) continue;
    auto const own = supply ? supply(scored) : nullptr;
    scored.set_supply(own.get());
    auto const [begin, end] = places(task, scored, first, last);
    scorer.add(scored, begin, end, whole);
  }
  return scorer.take();
}

std::vector<RawScore> missing_scores(Plan const& plan, Task const& task, Status const& status) {
  auto const& labels = plan.datasets[task.dataset].labels;
  std::vector<RawScore> out;
  std::set<std::size_t> contexts;
  for (auto const row : task.held_out) contexts.insert(labels.rows()[row].context);
  for (std::size_t m = 0; m < plan.study->metrics.size(); ++m) {
    if (plan.study->metrics[m].part.info->traits.whole_split)
      for (auto const context : contexts)
        out.push_back({whole_split_row(labels, context), m, {0, status}});
    else
      for (auto const row : task.held_out) out.push_back({row, m, {0, status}});
  }
  return out;
}

std::string scores_text(std::vector<RawScore> const& scores) {
  std::string out;
  for (auto const& [row, metric, score] : scores)
    out += fmt::format("{}\t{}\t{}\t{}\n", row, metric,
                       score.status.ok() ? number_text(score.value) : "", score.status.word());
  return out;
}

std::vector<RawScore> parse_scores(std::string_view text) {
  std::vector<RawScore> out;
  while (!text.empty()) {
    std::size_t const end = text.find('\n');
    auto const fields = split(text.substr(0, end), '\t');
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (fields.size() != 4) throw InternalError("a journal holds a malformed score");
    RawScore score{static_cast<std::size_t>(*parse_integer(fields[0])),
                   static_cast<std::size_t>(*parse_integer(fields[1])),
                   {}};
    if (fields[3] == "ok")
      score.score.value = *parse_double(fields[2]);
    else
      score.score.status = Status(fields[3]);
    out.push_back(std::move(score));
  }
  return out;
}

}  // namespace pertscale
