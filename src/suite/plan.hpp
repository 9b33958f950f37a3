#pragma once
#include <string>
#include <vector>

#include "parallel/communicator.hpp"
#include "suite/dataset.hpp"
#include "suite/study.hpp"

namespace pertscale {

/// One model on one split of one protocol of one dataset: a row of tasks.csv.
struct Task {
  std::size_t dataset = 0, protocol = 0, split = 0, model = 0;  ///< numbers in the study's order
  std::string id;                                               ///< dataset.protocol.split.model
  std::vector<std::size_t> held_out;  ///< rows of Labels that are scored, ascending
  std::string not_served;  ///< why the protocol cannot serve the dataset: rows not_applicable
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
};

struct PlanSplits {
  std::size_t dataset = 0, protocol = 0;
  std::vector<PerturbationSplit> splits;
  std::string not_served;  ///< then `splits` holds one empty split named `*`
};

/// What a study will do. The same on every rank; making it reads labels but no
/// expression, unless a protocol looks at it (Dataset::profiles).
struct Plan {
  Study const* study = nullptr;
  std::vector<Dataset> datasets;
  std::vector<PlanSplits> splits;  ///< of each dataset x protocol that applies
  std::vector<Task> tasks;
  std::vector<Unit> units;

  PerturbationSplit const& split_of(Task const& task) const;
  /// Are the task's models fitted over all training contexts?
  bool pools(Task const& task) const;
  /// The default of that (pool=auto), which the perturbed-mean reference follows: under
  /// unseen-context, and where a split holds out a condition in one context that it trains on in
  /// another.
  bool pools_by_default(Task const& task) const;
  std::size_t splits_index(std::size_t dataset, std::size_t protocol) const;
};

/// What a plan costs.
struct PlanEstimate {
  double flops = 0;        ///< fits, predictions and scores
  double bytes_read = 0;   ///< of the screens, all passes
  double rank_memory = 0;  ///< largest need of one rank, bytes
  double disk = 0;         ///< cache and results, bytes
  double score_rows = 0;   ///< rows of scores.csv
};

Plan make_plan(Study const& study, std::vector<Dataset> datasets);
PlanEstimate estimate(Plan const& plan, std::uint64_t memory_per_rank);
/// The plan for people: datasets with what was dropped, tasks, units, costs.
std::string plan_text(Plan const& plan, std::uint64_t memory_per_rank);

}  // namespace pertscale
