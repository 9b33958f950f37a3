#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "data/screen.hpp"
#include "report/journal.hpp"
#include "solver/linear_algebra.hpp"
#include "suite/half_screen.hpp"
#include "suite/plan.hpp"
#include "suite/prediction_file.hpp"
#include "suite/results.hpp"
#include "suite/supply_stage.hpp"

namespace pertscale {

/// Where a fit unit leaves its prediction for its score units.
std::filesystem::path prediction_path(std::filesystem::path const& folder, std::string const& key);

/// Where `save-predictions = yes` keeps a task's prediction.
std::filesystem::path saved_prediction_path(std::filesystem::path const& folder, Task const& task);

/// A record of `work`, which fills in scores and seconds; what it throws becomes the record's
/// error. `start`: name of this start of the program.
UnitRecord guarded_record(std::string const& start, std::function<void(UnitRecord&)> const& work);

/// score_block with first halves as truth and their tests behind the metrics.
std::vector<RawScore> score_against_halves(Plan const& plan, Task const& task, Screen const& screen,
                                           HalvedScreen const& halves,
                                           PredictionTable const& prediction, std::size_t first,
                                           std::size_t last);

/// Units that the journal does not hold (or holds as failed: they are tried again), in the plan's
/// order; a fit is among them only where one of its score units is, or its saved prediction lacks.
std::vector<std::size_t> open_units(Plan const& plan, JournalIndex const& done,
                                    std::filesystem::path const& folder);

/// Runs units on one rank. A unit that fails is a record with its error, not an exception.
/// Between units: gives pages of large mapped profiles back, which would add up to all of them;
/// reading them again costs little beside a unit on tables of that size.
void release_large_tables(Screen const& screen, std::optional<HalvedScreen> const* halves);

class UnitWorker {
 public:
  UnitWorker(Plan const& plan, std::vector<Screen> const& screens, Supplies const& supplies,
             std::filesystem::path folder, std::string start,
             HalvedScreens const* halves = nullptr);

  UnitRecord run(Unit const& unit);
  /// A fit by the ranks of a team; every member calls it, and the first one's record counts. What
  /// only one member can meet (no memory) is thrown: the others cannot go on without it.
  UnitRecord run_fit(Unit const& unit, LinearAlgebra const& team);

 private:
  void run_unit(Unit const& unit, UnitRecord& record);
  Prediction fit(Unit const& unit, UnitRecord& record,
                 LinearAlgebra const& algebra = own_linear_algebra());
  void score(Unit const& unit, PredictionTable const& prediction, UnitRecord& record);
  void score_on_halves(Unit const& unit, PredictionTable const& prediction, UnitRecord& record);
  void save_prediction(Task const& task, Prediction const& prediction) const;

  Plan const& plan_;
  std::vector<Screen> const& screens_;
  Supplies const& supplies_;
  std::filesystem::path folder_;
  std::string start_;
  HalvedScreens const* halves_;  ///< models are scored against first halves too; null: they are not
};

}  // namespace pertscale
