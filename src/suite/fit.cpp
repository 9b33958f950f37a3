#include "suite/fit.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "core/random.hpp"

namespace pertscale {

namespace {

Vector to_vector(Profile profile) {
  return Eigen::Map<Vector const>(profile.data(), static_cast<Eigen::Index>(profile.size()));
}

bool is_control(Screen const& screen, std::size_t row) {
  return screen.labels.condition_of(row).is_control();
}

void add_control(TrainingView& view, Screen const& screen, std::size_t context) {
  std::size_t const row = screen.control_row(context);
  view.genes = &screen.genes;
  view.values = screen.values;
  view.control = to_vector(screen.profile(row));
  view.control_cells = screen.labels.rows()[row].cells;
}

/// Training rows of one context, as they are.
void add_own(TrainingView& view, Screen const& screen, PerturbationSplit const& split,
             std::size_t context) {
  std::vector<std::size_t> rows;
  for (auto const row : split.train)
    if (screen.labels.rows()[row].context == context && !is_control(screen, row))
      rows.push_back(row);
  view.profiles.resize(static_cast<Eigen::Index>(rows.size()), view.control.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    view.conditions.push_back(screen.labels.condition_of(rows[i]));
    view.cells.push_back(screen.labels.rows()[rows[i]].cells);
    view.profiles.row(static_cast<Eigen::Index>(i)) =
        to_vector(screen.profile(rows[i])).transpose();
  }
}

/// Training rows of every context, shifted to the target's control; one row a condition.
void add_pooled(TrainingView& view, Screen const& screen, PerturbationSplit const& split) {
  std::map<std::size_t, std::vector<std::size_t>> by_condition;  // conditions are sorted by name
  for (auto const row : split.train)
    if (!is_control(screen, row)) by_condition[screen.labels.rows()[row].condition].push_back(row);
  view.profiles.resize(static_cast<Eigen::Index>(by_condition.size()), view.control.size());
  Eigen::Index i = 0;
  for (auto const& [condition, rows] : by_condition) {
    Vector delta = Vector::Zero(view.control.size());
    std::int64_t cells = 0;
    for (auto const row : rows) {
      auto const context = screen.labels.rows()[row].context;
      delta +=
          to_vector(screen.profile(row)) - to_vector(screen.profile(screen.control_row(context)));
      cells += screen.labels.rows()[row].cells;
    }
    view.conditions.push_back(screen.labels.conditions()[condition]);
    view.cells.push_back(cells);
    view.profiles.row(i++) = (view.control + delta / static_cast<double>(rows.size())).transpose();
  }
}

/// Changes of the same conditions in other contexts, for models that read across contexts.
void add_elsewhere(TrainingView& view, Screen const& screen, PerturbationSplit const& split,
                   std::size_t context) {
  std::map<std::size_t, std::size_t> number;
  for (auto const row : split.train) {
    auto const& label = screen.labels.rows()[row];
    if (label.context == context || is_control(screen, row)) continue;
    auto const [at, fresh] = number.emplace(label.condition, view.elsewhere_conditions.size());
    if (fresh) view.elsewhere_conditions.push_back(screen.labels.conditions()[label.condition]);
    Vector const control = to_vector(screen.profile(screen.control_row(label.context)));
    view.elsewhere.push_back(
        {at->second, label.context, label.cells, to_vector(screen.profile(row)) - control});
  }
}

/// Validation rows of the context, unless the protocol scores them: what is chosen by them must not
/// be judged by them.
void add_validation(TrainingView& view, Plan const& plan, Task const& task, Screen const& screen,
                    std::size_t context) {
  if (plan.study->protocols[task.protocol].part.object->scores_validation()) return;
  std::vector<std::size_t> rows;
  for (auto const row : plan.split_of(task).validation)
    if (screen.labels.rows()[row].context == context && !is_control(screen, row))
      rows.push_back(row);
  view.validation_profiles.resize(static_cast<Eigen::Index>(rows.size()), view.control.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    view.validation_conditions.push_back(screen.labels.condition_of(rows[i]));
    view.validation_profiles.row(static_cast<Eigen::Index>(i)) =
        to_vector(screen.profile(rows[i])).transpose();
  }
}

/// Contexts x genes.
Matrix controls_of(Screen const& screen) {
  auto const contexts = screen.labels.contexts().size();
  Matrix out(static_cast<Eigen::Index>(contexts), static_cast<Eigen::Index>(screen.genes.size()));
  for (std::size_t context = 0; context < contexts; ++context)
    out.row(static_cast<Eigen::Index>(context)) =
        to_vector(screen.profile(screen.control_row(context))).transpose();
  return out;
}

}  // namespace

TrainingView training_view(Screen const& screen, PerturbationSplit const& split,
                           std::size_t context, bool pooled) {
  TrainingView view;
  add_control(view, screen, context);
  if (pooled)
    add_pooled(view, screen, split);
  else
    add_own(view, screen, split, context);
  return view;
}

PerturbationSplit reference_split(Plan const& plan, Task const& task, Labels const& labels) {
  auto split = plan.split_of(task);
  if (!plan.study->protocols[task.protocol].part.info->traits.measured_reference) return split;
  split.train.resize(labels.rows().size());
  std::iota(split.train.begin(), split.train.end(), std::size_t{0});
  return split;
}

Prediction fit_and_predict(Plan const& plan, Task const& task, Screen const& screen,
                           LinearAlgebra const& algebra) {
  auto const& split = plan.split_of(task);
  auto const& model = plan.study->models[task.model];
  Prediction out(task.held_out.size(), screen.genes.size());
  for (std::size_t context = 0; context < screen.labels.contexts().size(); ++context) {
    std::vector<std::size_t> at;
    std::vector<Condition> conditions;
    for (std::size_t i = 0; i < task.held_out.size(); ++i)
      if (screen.labels.rows()[task.held_out[i]].context == context) {
        at.push_back(i);
        conditions.push_back(screen.labels.condition_of(task.held_out[i]));
      }
    if (at.empty()) continue;
    auto view = training_view(screen, split, context, plan.pools(task));
    if (model.part.info->traits.across_contexts) add_elsewhere(view, screen, split, context);
    if (model.part.info->traits.validates) add_validation(view, plan, task, screen, context);
    auto const fitted = make_model(model);
    fitted->use(algebra);
    fitted->fit(view, stream_key(task.id + "/" + screen.labels.contexts()[context]));
    auto const part = fitted->predict(conditions);
    for (std::size_t i = 0; i < at.size(); ++i) {
      out.mean.row(static_cast<Eigen::Index>(at[i])) = part.mean.row(static_cast<Eigen::Index>(i));
      out.status[at[i]] = part.status[i];
    }
    if (part.own_control.rows() == 0) continue;
    if (out.own_control.rows() == 0) out.own_control = controls_of(screen);
    out.own_control.row(static_cast<Eigen::Index>(context)) = part.own_control.row(0);
  }
  return out;
}

}  // namespace pertscale
