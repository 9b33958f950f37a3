#pragma once
#include <functional>
#include <string>
#include <vector>

#include "parallel/communicator.hpp"
#include "suite/dataset.hpp"
#include "suite/prediction_source.hpp"
#include "suite/study.hpp"

namespace pertscale {

/// One model on one split of one protocol of one dataset: a row of tasks.csv.
struct Task {
  std::size_t dataset = 0, protocol = 0, split = 0, model = 0;  ///< numbers in the study's order
  std::string id;                                               ///< dataset.protocol.split.model
  std::vector<std::size_t> held_out;  ///< rows of Labels that are scored, ascending
  std::string not_served;  ///< why the protocol cannot serve the dataset: rows not_applicable
  std::ptrdiff_t prediction = -1;  ///< number in Plan::predictions; -1: a model is fitted
};

/// A durable piece of work. A task of one block is fitted and scored in one unit; of more blocks,
/// one fit (whose prediction is written by rename) and a unit a block. Blocks are cut by the
/// problem's size only.
struct Unit {
  std::size_t task = 0;
  enum class Kind { whole, fit, score } kind = Kind::whole;
  std::size_t first = 0, last = 0;  ///< range of the task's held_out
  std::string key;                  ///< hash of all that decides its result
  double cost = 0;                  ///< estimated flops
  std::ptrdiff_t after = -1;        ///< the unit that must be finished before
  int team = 1;                     ///< ranks that do it together
};

struct PlanSplits {
  std::size_t dataset = 0, protocol = 0;
  std::vector<PerturbationSplit> splits;
  std::string not_served;           ///< then `splits` holds one empty split named `*`
  std::vector<std::string> keys{};  ///< a split: hash of screen, rows and metrics
};

/// What a metric is calibrated with: two positive controls and the negative one.
enum class ControlKind { duplicate, interpolated, negative };

/// One control on one split: a durable piece of work beside the units.
struct CalibrationUnit {
  ControlKind kind = ControlKind::negative;
  std::size_t group = 0, split = 0;  ///< of Plan::splits
  std::string key;                   ///< hash of all that decides its result
  double cost = 0;                   ///< estimated flops
};

/// What a study will do. The same on every rank; making it reads labels but no
/// expression, unless a protocol looks at it (Dataset::profiles).
struct Plan {
  Study const* study = nullptr;
  std::vector<Dataset> datasets;
  std::vector<PlanSplits> splits;  ///< of each dataset x protocol that applies
  std::vector<Task> tasks;
  std::vector<Unit> units;
  std::vector<PredictionSource> predictions;  ///< files of models that were fitted elsewhere
  std::vector<CalibrationUnit> calibration;

  PerturbationSplit const& split_of(Task const& task) const;
  /// Are the task's models fitted over all training contexts?
  bool pools(Task const& task) const;
  /// The default of that (pool=auto), which the perturbed-mean reference follows: under
  /// unseen-context, and where a split holds out a condition in one context that it trains on in
  /// another.
  bool pools_by_default(Task const& task) const;
  std::size_t splits_index(std::size_t dataset, std::size_t protocol) const;
  /// The file of a task's predictions, or null where a model is fitted.
  PredictionSource const* prediction_of(Task const& task) const;
};

/// What a task's file of predictions lacks, has besides, or was told of; a sentence each.
std::vector<std::string> prediction_notes(Plan const& plan, Task const& task);

/// What a plan costs.
struct PlanEstimate {
  double flops = 0;        ///< fits, predictions and scores
  double bytes_read = 0;   ///< of the screens, all passes
  double rank_memory = 0;  ///< largest need of one rank, bytes
  double disk = 0;         ///< cache and results, bytes
  double score_rows = 0;   ///< rows of scores.csv
};

/// Values of one block of held-out profiles: 32 MiB. No number depends on it.
inline constexpr std::size_t default_block_values = std::size_t{1} << 22;

/// Opens the predictions of a model (`from_file`) for a split of a dataset. Collective.
using PredictionOpener = std::function<PredictionSource(
    PredictionSpec const& spec, PredictionSplit const& split, Dataset const& measured)>;

/// Ranks that fit a model together: as the study says, else one up to `team_flops` operations and
/// one more for each time as many (at most 64). Never by the ranks at hand: the bits of a fit
/// follow the size of its team.
int team_size(StudyModel const& model, double flops);
inline constexpr double team_flops = 1e14;

/// UserError where a fit needs more ranks than there are.
void check_teams(Plan const& plan, int ranks);

/// Without `open` (a plan for `split` alone), files of predictions are not looked at.
Plan make_plan(Study const& study, std::vector<Dataset> datasets,
               std::size_t block_values = default_block_values, PredictionOpener const& open = {});
PlanEstimate estimate(Plan const& plan, std::uint64_t memory_per_rank);
/// The plan for people: datasets with what was dropped, tasks, units, costs.
std::string plan_text(Plan const& plan, std::uint64_t memory_per_rank);

}  // namespace pertscale
