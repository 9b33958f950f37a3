#include "suite/run.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <memory>

#include "core/error.hpp"
#include "core/room.hpp"
#include "core/text.hpp"
#include "parallel/phase_meter.hpp"
#include "parallel/session.hpp"
#include "parallel/stop_request.hpp"
#include "report/durable_file.hpp"
#include "report/results_lock.hpp"
#include "suite/calibration_plan.hpp"
#include "suite/calibration_tables.hpp"
#include "suite/calibration_work.hpp"
#include "suite/feature_stage.hpp"
#include "suite/plan.hpp"
#include "suite/prediction_stage.hpp"
#include "suite/prepare.hpp"
#include "suite/progress.hpp"
#include "suite/protocol_profiles.hpp"
#include "suite/results.hpp"
#include "suite/run_record.hpp"
#include "suite/shared_text.hpp"
#include "suite/supply_stage.hpp"
#include "suite/tables.hpp"
#include "suite/unit_farm.hpp"
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
    by_expression_ = splits_by_expression(study_) || reads_screens(study_);
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
    if (by_expression_ && !options_.dry_run) lock_directory(datasets);
    try {
      auto const cache = options_.dry_run ? fs::path() : options_.out / "cache";
      say(give_profiles(study_, datasets, comm_, cache, moment_options()));
      say(load_features(study_, datasets, comm_, cache, moment_options()));
      plan_ =
          make_plan(study_, std::move(datasets), default_block_values, prediction_opener(comm_));
      if (!options_.dry_run) check_teams(plan_, comm_.size());
    } catch (UserError const&) {
      leave_nothing();
      throw;
    }
    say(on_root(comm_, [&] { return plan_text(plan_, options_.memory_per_rank); }));
  }

  MomentOptions moment_options() {
    return {options_.memory_per_rank, [&] { return stop_.requested(); }};
  }

  /// Lock and folders; refuses when a dataset changed under finished results.
  void lock_directory(std::vector<Dataset> const& datasets) {
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
      check_same_datasets(options_.out, datasets);
    });
  }

  /// Journal, in a directory that is locked.
  void open_directory() {
    if (!by_expression_) lock_directory(plan_.datasets);
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
    auto const moments = moment_options();
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
      screens_.back().release_pages();  // what follows has the whole memory for its buffers
      give_back_memory();
      prepare_calibration(dataset, report.genes, moments);
    }
    say(prepare_predictions(plan_, screens_, comm_, options_.out / "cache", moments, meter_));
    supplies_ =
        prepare_supplies(plan_, screens_, genes_, comm_, options_.out / "cache", moments, meter_);
    give_back_memory();
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
    Progress progress(comm_.root());
    UnitWorker worker(plan_, screens_, supplies_, options_.out, start_, &halves_);
    UnitHooks hooks;
    hooks.stop = [&] { return stop_.requested(); };
    hooks.progress = [&](FarmProgress const& p) {
      progress.show(p);
      if (lock_) lock_->touch();
    };
    bool complete = false;
    meter_.measure("*", "units",
                   [&] { complete = run_units(plan_, open, worker, *journal_, comm_, hooks); });
    progress.end();
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
    facts.screens = &screens_;
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
      if (complete) say(write_all_tables(plan_, all, options_.out));
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

  RunOptions options_;
  Communicator const& comm_;
  StopRequest stop_;  ///< first of all: a signal while the plan is made is not lost
  PhaseMeter meter_;
  Study study_;
  bool by_expression_ = false;  ///< the plan needs profiles
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
