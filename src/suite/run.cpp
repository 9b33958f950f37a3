#include "suite/run.hpp"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <memory>

#include "core/error.hpp"
#include "core/text.hpp"
#include "parallel/phase_meter.hpp"
#include "parallel/session.hpp"
#include "parallel/stop_request.hpp"
#include "parallel/task_farm.hpp"
#include "report/durable_file.hpp"
#include "report/results_lock.hpp"
#include "suite/calibration_plan.hpp"
#include "suite/calibration_tables.hpp"
#include "suite/calibration_work.hpp"
#include "suite/plan.hpp"
#include "suite/prediction_stage.hpp"
#include "suite/prepare.hpp"
#include "suite/progress.hpp"
#include "suite/results.hpp"
#include "suite/run_record.hpp"
#include "suite/shared_text.hpp"
#include "suite/supply_stage.hpp"
#include "suite/tables.hpp"
#include "suite/unit_work.hpp"

namespace pertscale {

namespace {

namespace fs = std::filesystem;

/// One run of a study in a results directory.
class StudyRun {
 public:
  StudyRun(std::function<Study(TextSource const&)> const& read, RunOptions const& options,
           Communicator const& comm)
      : options_(options),
        comm_(comm),
        stop_(options.max_seconds, options.out / "STOP"),
        meter_(comm) {
    TextSource const source = [&](std::string const& path) { return shared_text(comm_, path); };
    study_ = read(source);
  }

  int run() {
    make_plan_of_study();
    if (options_.dry_run) return exit_done;
    open_directory();
    bool complete = false;
    try {
      prepare_or_leave_nothing();
      complete = work();
    } catch (Stopped const&) {
      complete = false;
    }
    return finish(complete);
  }

 private:
  void say(std::string const& text) const {
    if (comm_.root()) std::cout << text << std::flush;
  }

  void make_plan_of_study() {
    std::vector<Dataset> datasets;
    meter_.measure("*", "open", [&] { datasets = open_datasets(study_.datasets, comm_); });
    choose_scored_conditions(study_, datasets, comm_);
    plan_ = make_plan(study_, std::move(datasets), default_block_values, prediction_opener(comm_));
    say(on_root(comm_, [&] { return plan_text(plan_, options_.memory_per_rank); }));
  }

  /// Lock, folders, journal; refuses when a dataset changed under finished results.
  void open_directory() {
    agree(comm_, [&] {
      if (!comm_.root()) return;
      made_directory_ = !fs::exists(options_.out);
      make_out_folder(options_.out);
      lock_ = std::make_unique<ResultsLock>(options_.out, 30);
      if (options_.fresh) remove_results(options_.out);
      for (auto const* name : {"journal", "cache", "cache/predictions"})
        make_out_folder(options_.out / name);
      std::error_code ignored;
      fs::remove(options_.out / "STOP", ignored);
      check_same_datasets(options_.out, plan_);
    });
    std::string const now = on_root(comm_, [] { return start_name(); });
    agree(comm_, [&] {
      if (!comm_.root()) join_lock(options_.out);
      done_ = std::make_unique<JournalIndex>(options_.out / "journal");
    });
    comm_.barrier();  // every rank has read before any rank writes
    agree(comm_, [&] {
      journal_ = std::make_unique<JournalWriter>(options_.out / "journal", now, comm_.rank());
      if (comm_.root()) write_run_record(run_facts("running"));
    });
    start_ = now;
  }

  /// After a mistake in a screen: a directory that this run made goes, one that was there keeps its
  /// results.
  void leave_nothing() {
    journal_.reset();
    supplies_ = {};
    screens_.clear();
    halves_.clear();
    comm_.barrier();
    lock_.reset();
    std::error_code ignored;
    if (comm_.root() && made_directory_) fs::remove_all(options_.out, ignored);
  }

  void prepare_or_leave_nothing() {
    try {
      prepare();
    } catch (UserError const&) {
      leave_nothing();
      throw;
    }
  }

  void prepare() {
    MomentOptions const moments{options_.memory_per_rank, [&] { return stop_.requested(); }};
    for (auto const& dataset : plan_.datasets) {
      PrepareReport report;
      meter_.measure(dataset.spec.name, "moments", [&] {
        screens_.push_back(
            prepare_screen(dataset, comm_, options_.out / "cache", moments, &report));
      });
      genes_.push_back(report.genes);
      meter_.note_bytes(report.moments.bytes_read);
      say(fmt::format("{}: {}\n", dataset.spec.name,
                      prepare_text(report, meter_.phases().back().seconds_max)));
      prepare_calibration(dataset, report.genes, moments);
    }
    say(prepare_predictions(plan_, screens_, comm_, options_.out / "cache", moments, meter_));
    supplies_ =
        prepare_supplies(plan_, screens_, genes_, comm_, options_.out / "cache", moments, meter_);
  }

  void prepare_calibration(Dataset const& dataset, std::vector<std::size_t> const& genes,
                           MomentOptions const& moments) {
    auto const halving = halving_of(study_, dataset.spec);
    halves_.emplace_back();
    if (!halving) return;
    meter_.measure(dataset.spec.name, "halves", [&] {
      halves_.back() = prepare_halves(dataset, screens_.back(), genes, *halving, comm_,
                                      options_.out / "cache", moments);
    });
  }

  bool work() {
    std::vector<std::size_t> open;
    agree(comm_, [&] { open = open_units(plan_, *done_, options_.out); });
    say(fmt::format("{} of {} units are finished; {} to do on {} rank(s)\n",
                    plan_.units.size() - open.size(), plan_.units.size(), open.size(),
                    comm_.size()));
    std::vector<FarmUnit> farm;
    std::vector<std::ptrdiff_t> number(plan_.units.size(), -1);
    for (auto const u : open) {
      auto const after = plan_.units[u].after;
      number[u] = static_cast<std::ptrdiff_t>(farm.size());
      farm.push_back({plan_.units[u].cost, {}});
      if (after >= 0 && number[static_cast<std::size_t>(after)] >= 0)
        farm.back().after.push_back(
            static_cast<std::size_t>(number[static_cast<std::size_t>(after)]));
    }
    Progress progress(comm_.root());
    UnitWorker worker(plan_, screens_, supplies_, options_.out, start_, &halves_);
    FarmHooks hooks;
    std::exception_ptr failure;  // a journal that cannot be written ends the farm on all ranks
    hooks.stop = [&] { return stop_.requested() || failed_.load(); };
    hooks.progress = [&](FarmProgress const& p) {
      progress.show(p);
      if (lock_) lock_->touch();
    };
    bool complete = false;
    meter_.measure("*", "units", [&] {
      complete = run_farm(
          comm_, farm,
          [&](std::size_t i) {
            auto const& unit = plan_.units[open[i]];
            try {
              journal_->append(unit.key, record_text(worker.run(unit)));
            } catch (...) {
              failure = std::current_exception();
              failed_ = true;
            }
          },
          hooks);
    });
    progress.end();
    agree(comm_, [&] {
      if (failure) std::rethrow_exception(failure);
    });
    if (!complete) return false;
    meter_.measure("*", "calibration", [&] {
      complete = run_calibration(plan_, screens_, halves_, comm_, *done_, *journal_, start_,
                                 [&] { return stop_.requested(); });
    });
    return complete;
  }

  RunFacts run_facts(std::string const& state) const {
    RunFacts facts;
    facts.folder = options_.out;
    facts.plan = &plan_;
    facts.state = state;
    facts.ranks = comm_.size();
    facts.versions = options_.versions;
    facts.memory_per_rank = options_.memory_per_rank;
    return facts;
  }

  int finish(bool complete) {
    agree(comm_, [&] { journal_->sync(); });
    comm_.barrier();
    std::size_t failed = 0;
    agree(comm_, [&] {
      if (!comm_.root()) return;
      JournalIndex const all(options_.out / "journal");
      failed = failed_tasks(plan_, all);
      if (complete) say_tables(all);
      write_timings(options_.out, meter_.phases(), start_, comm_.size(),
                    task_timings(plan_, all) + calibration_timings(plan_, all));
      write_run_record(run_facts(complete ? "finished" : "stopped"));
    });
    if (!complete) {
      say(
          fmt::format("stopped by {}; everything finished is saved in {}: run the same command "
                      "again to go on\n",
                      stop_.reason(), options_.out.string()));
      return exit_stopped;
    }
    return exit_done;
  }

  void say_tables(JournalIndex const& all) const {
    std::cout << write_all_tables(plan_, all, options_.out)
              << "results: " << (options_.out / "verdict.csv").string()
              << ", summary.csv, scores.csv, calibration-summary.csv, tasks.csv, timings.csv, "
                 "run.json\n"
              << std::flush;
  }

  RunOptions options_;
  Communicator const& comm_;
  StopRequest stop_;  ///< first of all: a signal while the plan is made is not lost
  PhaseMeter meter_;
  Study study_;
  Plan plan_;
  std::vector<Screen> screens_;
  std::vector<std::vector<std::size_t>> genes_;  ///< of each screen among its dataset's
  Supplies supplies_;
  HalvedScreens halves_;
  std::unique_ptr<ResultsLock> lock_;
  bool made_directory_ = false;
  std::unique_ptr<JournalIndex> done_;
  std::unique_ptr<JournalWriter> journal_;
  std::string start_;
  std::atomic<bool> failed_{false};
};

}  // namespace

int run_study(std::string const& study_file, RunOptions const& options, Communicator const& comm) {
  auto const read = [&](TextSource const& source) { return read_study(study_file, source); };
  return StudyRun(read, options, comm).run();
}

int run_score_study(ScoreRequest const& request, RunOptions const& options,
                    Communicator const& comm) {
  auto const read = [&](TextSource const& source) { return read_score_study(request, source); };
  return StudyRun(read, options, comm).run();
}

}  // namespace pertscale
