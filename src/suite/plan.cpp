#include "suite/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/hash.hpp"
#include "core/text.hpp"
#include "suite/calibration_plan.hpp"
#include "suite/protocol_profiles.hpp"

namespace pertscale {

namespace {

/// Changes whenever a change of the program changes results on purpose.
constexpr std::string_view results_version = "4";

std::string split_identity(Labels const& labels, PerturbationSplit const& split) {
  Sha256 hash;
  auto const add = [&](std::string_view part, std::vector<std::size_t> const& rows) {
    hash.add_field(part);
    for (auto const row : rows)
      hash.add_field(labels.condition_of(row).name)
          .add_field(labels.contexts()[labels.rows()[row].context]);
  };
  add("train", split.train);
  add("validation", split.validation);
  add("test", split.test);
  return hash.hex();
}

std::string options_identity(OptionList const& options) {
  Sha256 hash;
  for (auto const& option : options.all()) hash.add_field(option.name).add_field(option.content());
  return hash.hex();
}

class Planner {
 public:
  Planner(Study const& study, std::vector<Dataset> datasets, std::size_t block_values,
          PredictionOpener const& open)
      : block_values_(block_values), open_(open) {
    plan_.study = &study;
    plan_.datasets = std::move(datasets);
  }

  Plan make() {
    make_splits();
    keep_one_split();
    for (auto const& metric : plan_.study->metrics)
      metrics_hash_.add_field(metric.part.name()).add_field(options_identity(metric.part.options));
    metrics_ = metrics_hash_.hex();
    for (auto const& group : plan_.splits)
      for (std::size_t s = 0; s < group.splits.size(); ++s)
        for (std::size_t m = 0; m < plan_.study->models.size(); ++m) add_task(group, s, m);
    mistakes_.raise();
    for (auto& group : plan_.splits) add_keys(group);
    plan_.calibration = calibration_units(plan_);
    return std::move(plan_);
  }

 private:
  void make_splits() {
    Mistakes mistakes;
    for (std::size_t d = 0; d < plan_.datasets.size(); ++d) {
      for (std::size_t p = 0; p < plan_.study->protocols.size(); ++p) {
        auto const& protocol = plan_.study->protocols[p];
        auto& dataset = plan_.datasets[d];
        if (!applies(protocol, dataset)) continue;
        try {
          plan_.splits.push_back({d, p, splits_of(protocol, dataset), {}});
        } catch (NotServed const& reason) {
          PerturbationSplit none;
          none.name = "*";
          plan_.splits.push_back({d, p, {none}, reason.what()});
        } catch (UserError const& error) {
          mistakes.add(fmt::format("dataset '{}', protocol '{}': {}", dataset.spec.name,
                                   protocol.label, error.what()));
        }
      }
    }
    mistakes.raise();
    bool const none_served =
        std::none_of(plan_.splits.begin(), plan_.splits.end(),
                     [](auto const& group) { return group.not_served.empty(); });
    if (none_served)
      throw UserError(plan_.splits.empty()
                          ? plan_.study->file +
                                ": no protocol applies to any dataset (see datasets=)"
                          : plan_.splits.front().not_served);
  }

  /// --split ID.
  void keep_one_split() {
    auto const& only = plan_.study->only_split;
    if (only.empty()) return;
    std::set<std::string> known;
    std::vector<PlanSplits> kept;
    for (auto& group : plan_.splits) {
      for (auto const& split : group.splits) known.insert(split.name);
      std::erase_if(group.splits, [&](auto const& split) { return split.name != only; });
      if (!group.splits.empty()) kept.push_back(std::move(group));
    }
    std::vector<std::string> const names(known.begin(), known.end());
    if (kept.empty())
      throw UserError(fmt::format("{}: there is no split '{}' (splits: {})", plan_.study->file,
                                  only, join(names, ", ")));
    plan_.splits = std::move(kept);
  }

  /// Has the dataset no split but one, over all protocols?
  bool only_split(std::size_t dataset) const {
    std::size_t splits = 0;
    for (auto const& group : plan_.splits)
      if (group.dataset == dataset && group.not_served.empty()) splits += group.splits.size();
    return splits == 1;
  }

  /// The file of a model that was fitted elsewhere; what identifies it.
  std::string open_prediction(Task& task, std::string const& split) {
    auto const& model = plan_.study->models[task.model];
    if (!open_ || !model.part.info->traits.from_file || !task.not_served.empty()) return {};
    try {
      plan_.predictions.push_back(
          open_(prediction_spec(model),
                {plan_.study->protocols[task.protocol].label, split, only_split(task.dataset)},
                plan_.datasets[task.dataset]));
    } catch (UserError const& error) {
      for (auto const& sentence : error.sentences())
        if (told_.insert(sentence).second) mistakes_.add(sentence);
      return {};
    }
    task.prediction = static_cast<std::ptrdiff_t>(plan_.predictions.size()) - 1;
    return plan_.predictions.back().dataset.digest;
  }

  void add_keys(PlanSplits& group) const {
    auto const& dataset = plan_.datasets[group.dataset];
    auto const& protocol = plan_.study->protocols[group.protocol].part;
    for (auto const& split : group.splits)
      group.keys.push_back(
          Sha256()
              .add_field(results_version)
              .add_field(dataset.digest)
              .add_field(split_identity(dataset.labels, split))
              .add_field(protocol.object->scores_validation() ? "test+validation" : "test")
              .add_field(metrics_)
              .hex());
  }

  void add_task(PlanSplits const& group, std::size_t s, std::size_t m) {
    auto const& study = *plan_.study;
    auto const& dataset = plan_.datasets[group.dataset];
    auto const& protocol = study.protocols[group.protocol];
    Task task{group.dataset, group.protocol, s, m, {}, {}, group.not_served};
    task.id = fmt::format("{}.{}.{}.{}", dataset.spec.name, protocol.label, group.splits[s].name,
                          study.models[m].label);
    task.held_out = group.splits[s].scored(protocol.part.object->scores_validation());
    auto const prediction = open_prediction(task, group.splits[s].name);
    std::string const identity = Sha256()
                                     .add_field(results_version)
                                     .add_field(dataset.digest)
                                     .add_field(split_identity(dataset.labels, group.splits[s]))
                                     .add_field(study.models[m].part.name())
                                     .add_field(options_identity(study.models[m].part.options))
                                     .add_field(plan_.pools(task) ? "contexts" : "own")
                                     .add_field(task.id)
                                     .add_field(study.save_predictions ? "saved" : "")
                                     .add(prediction)
                                     .add_field(calibration_identity(study, dataset.spec))
                                     .hex();
    if (!ids_.insert(task.id).second)
      throw UserError(fmt::format(
          "{}: two tasks would be called '{}'; give their protocols or models other labels "
          "(as=LABEL, without dots)",
          study.file, task.id));
    bool const served = task.not_served.empty();
    plan_.tasks.push_back(std::move(task));
    if (served) add_units(identity);
  }

  void add_units(std::string const& identity) {
    std::size_t const t = plan_.tasks.size() - 1;
    auto const& task = plan_.tasks[t];
    auto const& dataset = plan_.datasets[task.dataset];
    std::size_t const genes = std::max<std::size_t>(1, dataset.genes.size());
    std::size_t const block = std::max<std::size_t>(1, block_values_ / genes);
    auto const held_out = static_cast<double>(task.held_out.size());
    auto const training = static_cast<double>(plan_.split_of(task).train.size());
    double const fit_cost = plan_.study->models[task.model].part.object->flops(
        training, held_out, static_cast<double>(genes));
    double const row_cost =
        static_cast<double>(plan_.study->metrics.size()) * 10 * static_cast<double>(genes);
    int const team = team_size(plan_.study->models[task.model], fit_cost);
    auto const key = [&](std::string_view kind, std::size_t first, std::size_t last) {
      Sha256 hash;
      hash.add_field(identity).add_field(kind);
      if (kind != "fit") hash.add_field(metrics_);
      if (team > 1) hash.add_field(fmt::format("team {}", team));
      hash.add_field(fmt::format("{} {}", first, last));
      return hash.hex();
    };
    std::size_t const n = task.held_out.size();
    if (n <= block && team == 1) {
      plan_.units.push_back(
          {t, Unit::Kind::whole, 0, n, key("whole", 0, n), fit_cost + row_cost * held_out, -1});
      return;
    }
    auto const fit = static_cast<std::ptrdiff_t>(plan_.units.size());
    plan_.units.push_back({t, Unit::Kind::fit, 0, n, key("fit", 0, n), fit_cost, -1, team});
    for (std::size_t first = 0; first < n; first += block) {
      std::size_t const last = std::min(first + block, n);
      plan_.units.push_back({t, Unit::Kind::score, first, last, key("score", first, last),
                             row_cost * static_cast<double>(last - first), fit});
    }
  }

  std::size_t block_values_;
  Plan plan_;
  PredictionOpener const& open_;
  Mistakes mistakes_;
  std::set<std::string> told_;  ///< a file that serves many splits is refused once
  std::set<std::string> ids_;
  Sha256 metrics_hash_;
  std::string metrics_;
};

}  // namespace

std::size_t Plan::splits_index(std::size_t dataset, std::size_t protocol) const {
  for (std::size_t i = 0; i < splits.size(); ++i)
    if (splits[i].dataset == dataset && splits[i].protocol == protocol) return i;
  throw InternalError("no splits of this dataset and protocol");
}

PerturbationSplit const& Plan::split_of(Task const& task) const {
  return splits[splits_index(task.dataset, task.protocol)].splits[task.split];
}

bool Plan::pools(Task const& task) const {
  auto const& model = study->models[task.model];
  return model.pool == "contexts" || (model.pool == "auto" && pools_by_default(task));
}

bool Plan::pools_by_default(Task const& task) const {
  if (study->protocols[task.protocol].part.info->traits.pools_contexts) return true;
  auto const& labels = datasets[task.dataset].labels;
  auto const& split = split_of(task);
  std::set<std::size_t> trained;
  for (auto const row : split.train)
    if (!labels.condition_of(row).is_control()) trained.insert(labels.rows()[row].condition);
  return std::any_of(task.held_out.begin(), task.held_out.end(), [&](std::size_t row) {
    return trained.contains(labels.rows()[row].condition);
  });
}

PredictionSource const* Plan::prediction_of(Task const& task) const {
  return task.prediction < 0 ? nullptr : &predictions[static_cast<std::size_t>(task.prediction)];
}

int team_size(StudyModel const& model, double flops) {
  if (model.team > 0) return model.team;
  if (!model.part.info->traits.team) return 1;
  return std::clamp(static_cast<int>(std::ceil(std::min(flops / team_flops, 64.0))), 1, 64);
}

void check_teams(Plan const& plan, int ranks) {
  for (auto const& unit : plan.units)
    if (unit.team > ranks)
      throw UserError(fmt::format(
          "{}: model '{}' is fitted by a team of {} ranks and the run has {}; start at least {} "
          "ranks, or write team={} on its line",
          plan.study->file, plan.study->models[plan.tasks[unit.task].model].label, unit.team, ranks,
          unit.team, ranks));
}

std::vector<std::string> prediction_notes(Plan const& plan, Task const& task) {
  auto const* const source = plan.prediction_of(task);
  if (source == nullptr) return {};
  auto notes = source->notes;
  auto const absent = std::count_if(
      task.held_out.begin(), task.held_out.end(),
      [&](std::size_t row) { return source->status[row] == Status("no_prediction"); });
  if (absent > 0)
    notes.push_back(fmt::format("{} of {} held-out conditions are not in {}: status no_prediction",
                                absent, task.held_out.size(), source->path));
  return notes;
}

Plan make_plan(Study const& study, std::vector<Dataset> datasets, std::size_t block_values,
               PredictionOpener const& open) {
  return Planner(study, std::move(datasets), block_values, open).make();
}

}  // namespace pertscale
