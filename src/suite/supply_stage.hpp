#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "parallel/phase_meter.hpp"
#include "suite/plan.hpp"
#include "suite/score.hpp"
#include "suite/score_supply.hpp"

namespace pertscale {

/// What stands behind the profiles of a plan's datasets and of its files of predictions. Empty
/// where no metric asks for more than profiles.
struct Supplies {
  std::vector<SupplyProducts> measured;     ///< one a dataset
  std::vector<SupplyProducts> predictions;  ///< one a file of predictions
  std::vector<PredictedSide> sides;         ///< the same number; they point to `predictions`

  /// What is kept of the prediction whose blocks are being scored on this rank.
  struct OfTask {
    std::string task;  ///< its id
    KeptNumbers numbers;
  };
  std::shared_ptr<OfTask> kept = std::make_shared<OfTask>();

  /// Of a task; null where there is nothing. The supplies must stay; a maker serves until the next
  /// one is asked for.
  SupplyMaker maker(Plan const& plan, Task const& task) const;
};

/// Prepares what the metrics of the study need; `genes`: of each screen among those of its dataset.
/// Plan and screens must stay. Collective. UserError, Stopped.
Supplies prepare_supplies(Plan const& plan, std::vector<Screen> const& screens,
                          std::vector<std::vector<std::size_t>> const& genes,
                          Communicator const& comm, std::filesystem::path const& cache,
                          MomentOptions const& options, PhaseMeter& meter);

}  // namespace pertscale
