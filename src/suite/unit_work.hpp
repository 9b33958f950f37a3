#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "data/screen.hpp"
#include "suite/plan.hpp"
#include "suite/prediction_file.hpp"
#include "suite/results.hpp"

namespace pertscale {

/// Where a fit unit leaves its prediction for its score units.
std::filesystem::path prediction_path(std::filesystem::path const& folder, std::string const& key);

/// Where `save-predictions = yes` keeps a task's prediction.
std::filesystem::path saved_prediction_path(std::filesystem::path const& folder, Task const& task);

/// Runs units on one rank. A unit that fails is a record with its error, not an exception.
class UnitWorker {
 public:
  UnitWorker(Plan const& plan, std::vector<Screen> const& screens, std::filesystem::path folder,
             std::string start);

  UnitRecord run(Unit const& unit);

 private:
  void run_unit(Unit const& unit, UnitRecord& record);
  Prediction fit(Unit const& unit, UnitRecord& record);
  void score(Unit const& unit, PredictionTable const& prediction, UnitRecord& record);
  void save_prediction(Task const& task, Prediction const& prediction) const;

  Plan const& plan_;
  std::vector<Screen> const& screens_;
  std::filesystem::path folder_;
  std::string start_, job_, host_;
};

}  // namespace pertscale
