#include "suite/calibration_work.hpp"

#include <algorithm>
#include <atomic>
#include <exception>

#include "model/training_mean.hpp"
#include "parallel/phase_meter.hpp"
#include "parallel/session.hpp"
#include "parallel/task_farm.hpp"
#include "statistics/calibration.hpp"
#include "suite/calibration_plan.hpp"
#include "suite/fit.hpp"
#include "suite/half_tests.hpp"
#include "suite/unit_work.hpp"

namespace pertscale {

namespace {

/// Is it a score of the change from the perturbed mean, which that mean cannot get?
bool is_from_perturbed_mean(StudyMetric const& metric) {
  auto const* const option = metric.part.options.find("reference");
  return option != nullptr && option->value().rfind("perturbed", 0) == 0;
}

/// CellSimBench: against the other perturbations, controls left out.
DeRequest second_half_request() {
  DeRequest request;
  request.method = DeMethod::t_test_overestim;
  request.reference = TestReference::rest;
  request.rest_with_control = false;
  return request;
}

Profile span_of(Vector const& vector) {
  return {vector.data(), static_cast<std::size_t>(vector.size())};
}

/// Rows of one context of a task, and their places in it.
struct ContextPart {
  std::vector<std::size_t> places, rows;
};

class ControlPredictor {
 public:
  ControlPredictor(Plan const& plan, Task const& task, Screen const& screen,
                   HalvedScreen const& halves)
      : plan_(plan),
        task_(task),
        screen_(screen),
        halves_(halves),
        out_(task.held_out.size(), screen.genes.size()) {}

  Prediction duplicate() {
    for (std::size_t i = 0; i < task_.held_out.size(); ++i)
      put(i, halves_.second_mean.row(task_.held_out[i]));
    return std::move(out_);
  }

  Prediction control() {
    for (std::size_t i = 0; i < task_.held_out.size(); ++i) {
      auto const context = screen_.labels.rows()[task_.held_out[i]].context;
      put(i, screen_.profile(screen_.control_row(context)));
    }
    return std::move(out_);
  }

  Prediction training_means() {
    for_contexts([&](ContextPart const& part, TrainingMean const& mean) {
      for (auto const place : part.places) put(place, span_of(mean.profile));
    });
    return std::move(out_);
  }

  Prediction interpolated() {
    for_contexts([&](ContextPart const& part, TrainingMean const& mean) {
      auto const tests =
          test_halves(halves_, Half::second, part.rows, second_half_request(), screen_);
      for (std::size_t i = 0; i < part.rows.size(); ++i)
        put(part.places[i], interpolated_duplicate(halves_.second_mean.row(part.rows[i]),
                                                   span_of(mean.profile), row_of(tests.padj, i)));
    });
    return std::move(out_);
  }

 private:
  void put(std::size_t place, Profile profile) {
    if (!halves_.halved(task_.held_out[place])) {
      out_.status[place] = Status("too_few_cells");
      return;
    }
    std::copy(profile.begin(), profile.end(),
              out_.mean.row(static_cast<Eigen::Index>(place)).data());
  }

  template <class Work>
  void for_contexts(Work&& work) {
    std::vector<ContextPart> parts(screen_.labels.contexts().size());
    for (std::size_t i = 0; i < task_.held_out.size(); ++i) {
      auto& part = parts[screen_.labels.rows()[task_.held_out[i]].context];
      part.places.push_back(i);
      part.rows.push_back(task_.held_out[i]);
    }
    for (std::size_t context = 0; context < parts.size(); ++context) {
      if (parts[context].rows.empty()) continue;
      auto const mean = training_mean(
          training_view(screen_, plan_.split_of(task_), context, plan_.pools_by_default(task_)),
          MeanWeight::conditions, false);
      if (mean.status.ok())
        work(parts[context], mean);
      else
        for (auto const place : parts[context].places) out_.status[place] = mean.status;
    }
  }

  Plan const& plan_;
  Task const& task_;
  Screen const& screen_;
  HalvedScreen const& halves_;
  Prediction out_;
};

std::vector<RawScore> score(Plan const& plan, Task const& task, Screen const& screen,
                            HalvedScreen const& halves, Prediction const& prediction) {
  return score_against_halves(plan, task, screen, halves, table_of(prediction), 0,
                              task.held_out.size());
}

}  // namespace

Prediction predict_control(Plan const& plan, Task const& task, ControlKind kind,
                           Screen const& screen, HalvedScreen const& halves) {
  ControlPredictor predictor(plan, task, screen, halves);
  switch (kind) {
    case ControlKind::duplicate: return predictor.duplicate();
    case ControlKind::interpolated: return predictor.interpolated();
    default: return predictor.training_means();
  }
}

std::vector<RawScore> score_control(Plan const& plan, Task const& task, ControlKind kind,
                                    Screen const& screen, HalvedScreen const& halves) {
  auto scores =
      score(plan, task, screen, halves, predict_control(plan, task, kind, screen, halves));
  auto const& metrics = plan.study->metrics;
  bool const from_mean = std::any_of(metrics.begin(), metrics.end(), is_from_perturbed_mean);
  if (kind != ControlKind::negative || !from_mean) return scores;
  auto const wanted = [&](RawScore const& s) { return is_from_perturbed_mean(metrics[s.metric]); };
  std::erase_if(scores, wanted);
  for (auto const& other :
       score(plan, task, screen, halves, ControlPredictor(plan, task, screen, halves).control()))
    if (wanted(other)) scores.push_back(other);
  return scores;
}

bool run_calibration(Plan const& plan, std::vector<Screen> const& screens,
                     HalvedScreens const& halves, Communicator const& comm,
                     JournalIndex const& done, JournalWriter& journal, std::string const& start,
                     std::function<bool()> const& stop) {
  std::vector<CalibrationUnit const*> open;
  std::vector<FarmUnit> farm;
  agree(comm, [&] {
    for (auto const& unit : plan.calibration) {
      if (done.contains(unit.key) && parse_record(done.payload(unit.key)).error_type.empty())
        continue;
      open.push_back(&unit);
      farm.push_back({unit.cost, {}});
    }
  });
  if (open.empty()) return true;
  std::exception_ptr failure;  // a journal that cannot be written ends the farm on all ranks
  std::atomic<bool> failed{false};
  FarmHooks hooks;
  hooks.stop = [&] { return stop() || failed.load(); };
  auto const work = [&](std::size_t i) {
    auto const task = control_task(plan, *open[i]);
    auto const record = guarded_record(start, [&](UnitRecord& r) {
      auto const begin = std::chrono::steady_clock::now();
      r.scores =
          score_control(plan, task, open[i]->kind, screens[task.dataset], *halves[task.dataset]);
      r.score_seconds = seconds_since(begin);
    });
    release_large_tables(screens[task.dataset], &halves[task.dataset]);
    try {
      journal.append(open[i]->key, record_text(record));
    } catch (...) {
      failure = std::current_exception();
      failed = true;
    }
  };
  bool const complete = run_farm(comm, farm, work, hooks);
  agree(comm, [&] {
    if (failure) std::rethrow_exception(failure);
  });
  return complete;
}

}  // namespace pertscale
