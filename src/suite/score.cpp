#include "suite/score.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/text.hpp"
#include "suite/fit.hpp"

namespace pertscale {

namespace {

/// Mean of the training conditions' profiles, each weighted alike; empty where there is none.
std::vector<double> perturbed_mean(TrainingView const& view) {
  std::vector<double> mean(view.size() == 0 ? 0 : static_cast<std::size_t>(view.control.size()), 0);
  for (std::size_t i = 0; i < view.size(); ++i)
    for (std::size_t g = 0; g < mean.size(); ++g) mean[g] += view.profile(i)[g];
  for (auto& value : mean) value /= static_cast<double>(view.size());
  return mean;
}

/// A metric's value that is no number is never shown as one.
Score checked(Score score) {
  if (score.status.ok() && !std::isfinite(score.value)) return {0, Status("not_finite")};
  return score;
}

class BlockScorer {
 public:
  BlockScorer(Plan const& plan, Task const& task, Screen const& screen)
      : plan_(plan), task_(task), screen_(screen) {}

  std::vector<RawScore> run(Prediction const& prediction, std::size_t first, std::size_t last) {
    for (std::size_t context = 0; context < screen_.labels.contexts().size(); ++context)
      score_context(context, prediction, first, last);
    return std::move(out_);
  }

 private:
  void score_context(std::size_t context, Prediction const& prediction, std::size_t first,
                     std::size_t last) {
    std::vector<ScoreItem> items;
    std::vector<std::size_t> rows;
    for (std::size_t i = first; i < last; ++i) {
      std::size_t const row = task_.held_out[i];
      if (screen_.labels.rows()[row].context != context) continue;
      if (!prediction.status[i - first].ok()) {
        add_missing(row, prediction.status[i - first]);
        continue;
      }
      items.push_back({&screen_.labels.condition_of(row), screen_.profile(row),
                       row_of(prediction.mean, i - first), variance_of(row),
                       screen_.labels.rows()[row].cells, nonzero_of(row)});
      rows.push_back(row);
    }
    if (!items.empty()) add_scores(context, items, rows);
  }

  Profile variance_of(std::size_t row) const {
    return screen_.variance.empty() ? Profile() : screen_.variance.row(row);
  }

  Profile nonzero_of(std::size_t row) const {
    return screen_.nonzero.empty() ? Profile() : screen_.nonzero.row(row);
  }

  void add_missing(std::size_t row, Status const& status) {
    for (std::size_t m = 0; m < plan_.study->metrics.size(); ++m)
      out_.push_back({row, m, {0, status}});
  }

  void add_scores(std::size_t context, std::vector<ScoreItem> const& items,
                  std::vector<std::size_t> const& rows) {
    auto const view = training_view(screen_, reference_split(plan_, task_, screen_.labels), context,
                                    plan_.pools_by_default(task_));
    auto const mean = perturbed_mean(view);
    std::size_t const control = screen_.control_row(context);
    ScoreContext const shared{&screen_.genes,           screen_.values,
                              screen_.profile(control), mean,
                              variance_of(control),     screen_.labels.rows()[control].cells};
    for (std::size_t m = 0; m < plan_.study->metrics.size(); ++m) {
      auto const& metric = plan_.study->metrics[m].part;
      bool const inapplicable =
          metric.info->traits.needs_genes && screen_.values == ValueKind::latent;
      auto const scores = inapplicable
                              ? std::vector<Score>(items.size(), {0, Status("not_applicable")})
                              : metric.object->score(shared, items);
      for (std::size_t i = 0; i < rows.size(); ++i)
        out_.push_back({rows[i], m, checked(scores[i])});
    }
  }

  Plan const& plan_;
  Task const& task_;
  Screen const& screen_;
  std::vector<RawScore> out_;
};

}  // namespace

std::vector<RawScore> score_block(Plan const& plan, Task const& task, Screen const& screen,
                                  Prediction const& prediction, std::size_t first,
                                  std::size_t last) {
  return BlockScorer(plan, task, screen).run(prediction, first, last);
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
