#include "suite/score_context.hpp"

#include <algorithm>

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

Profile row_or_nothing(ProfileTable const& table, std::size_t row) {
  return table.empty() ? Profile() : table.row(row);
}

}  // namespace

ScoredContext::ScoredContext(Plan const& plan, Task const& task, Screen const& screen,
                             PredictionTable const& prediction, std::size_t number)
    : screen_(screen), training_(plan.split_of(task).train), number_(number) {
  add_panel(task, prediction);
  if (static_cast<Eigen::Index>(number) < prediction.own_control.rows())
    own_control_ = row_of(prediction.own_control, number);
  if (panel_.empty()) return;
  add_measured(plan.split_of(task));
  set_context(plan, task);
}

void ScoredContext::add_panel(Task const& task, PredictionTable const& prediction) {
  for (std::size_t i = 0; i < task.held_out.size(); ++i) {
    std::size_t const row = task.held_out[i];
    auto const& label = screen_.labels.rows()[row];
    if (label.context != number_) continue;
    auto const& status = prediction.status[i];
    panel_.push_back({&screen_.labels.condition_of(row), screen_.profile(row),
                      status.ok() ? prediction.mean.row(i) : Profile(),
                      row_or_nothing(screen_.variance, row), label.cells,
                      row_or_nothing(screen_.nonzero, row), panel_.size()});
    rows_.push_back(row);
    status_.push_back(status);
  }
}

/// Rows of Labels are sorted by context, then by the condition's name.
void ScoredContext::add_measured(PerturbationSplit const& split) {
  auto const& rows = screen_.labels.rows();
  for (std::size_t row = 0; row < rows.size(); ++row) {
    auto const& condition = screen_.labels.condition_of(row);
    if (rows[row].context != number_ || condition.is_control()) continue;
    bool const trained = std::binary_search(split.train.begin(), split.train.end(), row);
    measured_.push_back({&condition, screen_.profile(row), rows[row].cells, trained});
  }
}

void ScoredContext::set_context(Plan const& plan, Task const& task) {
  perturbed_mean_ = perturbed_mean(training_view(
      screen_, reference_split(plan, task, screen_.labels), number_, plan.pools_by_default(task)));
  std::size_t const control = screen_.control_row(number_);
  context_ = {&screen_.genes,
              screen_.values,
              screen_.profile(control),
              perturbed_mean_,
              row_or_nothing(screen_.variance, control),
              screen_.labels.rows()[control].cells,
              panel_,
              measured_,
              nullptr};
}

std::vector<ScoreItem> ScoredContext::predicted(std::size_t first, std::size_t last) const {
  std::vector<ScoreItem> items;
  for (std::size_t place = first; place < last; ++place)
    if (status_[place].ok()) items.push_back(panel_[place]);
  return items;
}

}  // namespace pertscale
