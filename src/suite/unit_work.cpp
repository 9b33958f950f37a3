#include "suite/unit_work.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <new>

#include "core/error.hpp"
#include "core/text.hpp"
#include "io/h5ad_writer.hpp"
#include "parallel/phase_meter.hpp"
#include "parallel/session.hpp"
#include "suite/fit.hpp"
#include "suite/half_tests.hpp"
#include "suite/profile_frame.hpp"

namespace pertscale {

namespace {

/// Adds the seconds `work` takes to `total`.
template <class Work>
void timed(double& total, Work&& work) {
  auto const start = std::chrono::steady_clock::now();
  work();
  std::chrono::duration<double> const taken = std::chrono::steady_clock::now() - start;
  total += taken.count();
}

}  // namespace

std::filesystem::path prediction_path(std::filesystem::path const& folder, std::string const& key) {
  return folder / "cache" / "predictions" / (key.substr(0, 32) + ".prediction");
}

UnitRecord guarded_record(std::string const& start, std::function<void(UnitRecord&)> const& work) {
  UnitRecord record;
  char const* const job = std::getenv("SLURM_JOB_ID");
  record.start = start;
  record.job = job != nullptr ? job : "-";
  record.host = Session::processor_name();
  auto const fail = [&](char const* type, char const* message) {
    record.error_type = type;
    record.message = message;
    record.scores.clear();
  };
  try {
    work(record);
  } catch (UserError const& error) {
    fail("input", error.what());
  } catch (std::bad_alloc const&) {
    fail("memory", "out of memory; use fewer ranks a node");
  } catch (std::exception const& error) {
    fail("bug", error.what());
  }
  record.peak_rss_mib = peak_rss_mib();
  return record;
}

void release_large_tables(Screen const& screen, std::optional<HalvedScreen> const* halves) {
  constexpr std::size_t large = (std::size_t{64} << 20U) / sizeof(double);
  if (screen.mean.rows() * screen.mean.genes() < large) return;
  screen.release_pages();
  if (halves != nullptr && *halves) (*halves)->release_pages();
}

namespace fs = std::filesystem;

std::vector<std::size_t> open_units(Plan const& plan, JournalIndex const& done,
                                    fs::path const& folder) {
  std::vector<bool> finished(plan.units.size(), false);
  for (std::size_t u = 0; u < plan.units.size(); ++u) {
    auto const& unit = plan.units[u];
    finished[u] =
        done.contains(unit.key) && parse_record(done.payload(unit.key)).error_type.empty();
    if (plan.study->save_predictions && unit.kind != Unit::Kind::score)
      finished[u] = finished[u] && fs::exists(saved_prediction_path(folder, plan.tasks[unit.task]));
    if (unit.kind == Unit::Kind::fit)
      finished[u] = finished[u] && fs::exists(prediction_path(folder, unit.key));
  }
  // A fit is needed only where one of its score units is open.
  std::vector<std::size_t> open;
  std::vector<bool> wanted(plan.units.size(), false);
  for (std::size_t u = 0; u < plan.units.size(); ++u)
    if (!finished[u] && plan.units[u].after >= 0)
      wanted[static_cast<std::size_t>(plan.units[u].after)] = true;
  for (std::size_t u = 0; u < plan.units.size(); ++u) {
    bool const fit = plan.units[u].kind == Unit::Kind::fit;
    bool const unsaved = fit && plan.study->save_predictions &&
                         !fs::exists(saved_prediction_path(folder, plan.tasks[plan.units[u].task]));
    if (!finished[u] && (!fit || wanted[u] || unsaved)) open.push_back(u);
  }
  return open;
}

UnitWorker::UnitWorker(Plan const& plan, std::vector<Screen> const& screens,
                       Supplies const& supplies, std::filesystem::path folder, std::string start,
                       HalvedScreens const* halves)
    : plan_(plan),
      screens_(screens),
      supplies_(supplies),
      folder_(std::move(folder)),
      start_(std::move(start)),
      halves_(halves) {}

UnitRecord UnitWorker::run(Unit const& unit) {
  auto record = guarded_record(start_, [&](UnitRecord& out) { run_unit(unit, out); });
  auto const dataset = plan_.tasks[unit.task].dataset;
  release_large_tables(screens_[dataset], halves_ == nullptr ? nullptr : &(*halves_)[dataset]);
  return record;
}

UnitRecord UnitWorker::run_fit(Unit const& unit, LinearAlgebra const& team) {
  auto record = guarded_record(start_, [&](UnitRecord& out) {
    auto const prediction = fit(unit, out, team);
    if (team.member() == 0) write_prediction(prediction_path(folder_, unit.key), prediction);
  });
  if (record.error_type == "memory") throw std::bad_alloc();
  return record;
}

void UnitWorker::run_unit(Unit const& unit, UnitRecord& record) {
  switch (unit.kind) {
    case Unit::Kind::whole: {
      auto const prediction = fit(unit, record);
      score(unit, table_of(prediction), record);
      return;
    }
    case Unit::Kind::fit:
      write_prediction(prediction_path(folder_, unit.key), fit(unit, record));
      return;
    case Unit::Kind::score: {
      auto const& fit_key = plan_.units[static_cast<std::size_t>(unit.after)].key;
      score(unit, map_prediction(prediction_path(folder_, fit_key)), record);
    }
  }
}

Prediction UnitWorker::fit(Unit const& unit, UnitRecord& record, LinearAlgebra const& algebra) {
  auto const& task = plan_.tasks[unit.task];
  Prediction prediction;
  timed(record.fit_seconds, [&] {
    auto const& screen = screens_[task.dataset];
    auto const* const source = plan_.prediction_of(task);
    prediction = source != nullptr ? predicted_profiles(*source, screen, task.held_out)
                                   : fit_and_predict(plan_, task, screen, algebra);
  });
  if (plan_.study->save_predictions && algebra.member() == 0) save_prediction(task, prediction);
  return prediction;
}

void UnitWorker::score(Unit const& unit, PredictionTable const& prediction, UnitRecord& record) {
  auto const& task = plan_.tasks[unit.task];
  timed(record.score_seconds, [&] {
    record.scores = score_block(plan_, task, screens_[task.dataset], prediction, unit.first,
                                unit.last, supplies_.maker(plan_, task));
    score_on_halves(unit, prediction, record);
  });
}

std::vector<RawScore> score_against_halves(Plan const& plan, Task const& task, Screen const& screen,
                                           HalvedScreen const& halves,
                                           PredictionTable const& prediction, std::size_t first,
                                           std::size_t last) {
  return score_block(
      plan, task, halves.truth, prediction, first, last,
      [&](ScoredContext const& scored) { return half_supply(halves, screen, scored); });
}

/// With calibration, what positive and negative control get is comparable with a model's score
/// against the same truth.
void UnitWorker::score_on_halves(Unit const& unit, PredictionTable const& prediction,
                                 UnitRecord& record) {
  auto const& task = plan_.tasks[unit.task];
  if (halves_ == nullptr || !(*halves_)[task.dataset]) return;
  auto const& halves = *(*halves_)[task.dataset];
  auto const& labels = halves.truth.labels;
  for (auto score : score_against_halves(plan_, task, screens_[task.dataset], halves, prediction,
                                         unit.first, unit.last)) {
    if (!is_whole_split(labels, score.row) && !halves.halved(score.row)) continue;
    score.row += half_rows_begin(labels);
    record.scores.push_back(std::move(score));
  }
}

std::filesystem::path saved_prediction_path(std::filesystem::path const& folder, Task const& task) {
  return folder / "predictions" / (percent_escape(task.id) + ".h5ad");
}

/// One row a held-out condition; where the model predicts nothing the row is NaN and obs `status`
/// says why. Then the controls that the prediction brings along, one a context.
void UnitWorker::save_prediction(Task const& task, Prediction const& prediction) const {
  auto const& screen = screens_[task.dataset];
  Matrix mean = prediction.mean;
  std::vector<std::string> status;
  auto rows = task.held_out;
  for (std::size_t i = 0; i < task.held_out.size(); ++i) {
    status.push_back(prediction.status[i].word());
    if (!prediction.status[i].ok())
      mean.row(static_cast<Eigen::Index>(i)).setConstant(std::nan(""));
  }
  auto const controls = prediction.own_control.rows();
  mean.conservativeResize(mean.rows() + controls, Eigen::NoChange);
  if (controls > 0) mean.bottomRows(controls) = prediction.own_control;
  for (Eigen::Index context = 0; context < controls; ++context) {
    rows.push_back(screen.control_row(static_cast<std::size_t>(context)));
    status.push_back("ok");
  }
  ProfileFile file;
  file.genes = screen.genes.names();
  file.obs = profile_frame(screen.labels, rows);
  file.obs.columns.push_back({"status", categorise(status)});
  file.mean = ProfileTable(std::move(mean));
  std::error_code error;
  std::filesystem::create_directories(folder_ / "predictions", error);
  if (error)
    throw UserError(fmt::format("{}: cannot be made ({})", (folder_ / "predictions").string(),
                                error.message()));
  write_profiles(saved_prediction_path(folder_, task), file);
}

}  // namespace pertscale
