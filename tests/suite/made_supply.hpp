#pragma once
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "shared_data.hpp"
#include "suite/made_screen.hpp"
#include "suite/prepare.hpp"
#include "suite/score_supply.hpp"

/// A screen that tests of the supply know, and the plainest way to what is supplied.
namespace pertscale {

using Values = std::vector<std::vector<double>>;  ///< cells x genes

/// A made screen of counts, prepared; every perturbed row is held out.
struct Made {
  Communicator comm = Communicator::world();
  TemporaryFolder mine;
  std::string folder;
  MadeScreen cells = made_screen(160, 1);
  Dataset dataset;
  Screen screen;
  std::vector<std::size_t> genes;
  Study study;
  Plan plan;
  PredictionTable prediction;

  Made() : folder(mine.path().string()) {
    comm.broadcast(folder);
    DatasetSpec spec;
    spec.name = "made";
    spec.file = spec.path = folder + "/screen.h5ad";
    spec.values = "counts";
    spec.target_sum = "10000";
    spec.context_column = "context";
    if (comm.root()) write_screen(spec.path, cells, MatrixFormat::csr);
    comm.barrier();
    dataset = open_dataset(spec, comm);
    PrepareReport report;
    screen = prepare_screen(dataset, comm, folder, {}, &report);
    genes = report.genes;
    make_task();
  }
  ~Made() { comm.barrier(); }

  void make_task() {
    Mistakes mistakes;
    study.file = "made.cfg";
    study.protocols.push_back(
        {make_part<Protocol>(parse_part("unseen-perturbation"), mistakes), "unseen", {}});
    PerturbationSplit split;
    split.name = "1";
    Task task;
    for (std::size_t row = 0; row < screen.labels.rows().size(); ++row)
      (screen.labels.condition_of(row).is_control() ? split.train : split.test).push_back(row);
    split.groups.resize(screen.labels.rows().size());
    task.held_out = split.test;
    plan.study = &study;
    plan.datasets.push_back(dataset);
    plan.splits.push_back({0, 0, {split}, {}});
    plan.tasks.push_back(task);
    Matrix mean(static_cast<Eigen::Index>(task.held_out.size()), 7);
    for (Eigen::Index i = 0; i < mean.size(); ++i) mean.data()[i] = 0.5 + 0.25 * (i % 13);
    prediction = {ProfileTable(mean), std::vector<Status>(task.held_out.size())};
  }

  SupplyProducts products(MetricNeeds const& needs, Side side = Side::measured) const {
    return prepare_supply({dataset, screen, genes}, needs, side, comm, folder, {});
  }
  ScoredContext scored(std::size_t context = 0) const {
    return ScoredContext(plan, plan.tasks[0], screen, prediction, context);
  }

  /// Cells of a row in file order: counts.
  Values counts(std::size_t row) const {
    Values out;
    for (std::size_t cell = 0; cell < cells.cells.size(); ++cell)
      if (dataset.row_of_cell[cell] == static_cast<std::int32_t>(row))
        out.push_back(cells.cells[cell]);
    return out;
  }
  Values logs(std::size_t row, bool per_million = false) const {
    auto out = counts(row);
    for (auto& cell : out) {
      double total = 0;
      for (double const count : cell) total += count;
      for (double& count : cell)
        count =
            per_million
                ? static_cast<double>(std::log1p(static_cast<long double>(count / (total / 1e6))))
                : std::log1p(count * 1e4 / total);
    }
    return out;
  }
};

/// Cells of one gene.
inline std::vector<double> column(Values const& cells, std::size_t gene) {
  std::vector<double> out;
  for (auto const& cell : cells) out.push_back(cell[gene]);
  return out;
}

/// z and p of Mann and Whitney by comparing every pair; ties over the pooled values.
inline std::pair<double, double> plain_ranks(std::vector<double> const& a,
                                             std::vector<double> const& b) {
  double u = 0;
  for (double const x : a)
    for (double const y : b) u += x > y ? 1 : x == y ? 0.5 : 0;
  std::map<double, double> ties;
  for (double const x : a) ++ties[x];
  for (double const y : b) ++ties[y];
  double const n1 = static_cast<double>(a.size()), n0 = static_cast<double>(b.size()), n = n1 + n0;
  double tie = 0;
  for (auto const& [value, t] : ties) tie += t * t * t - t;
  double const variance = n1 * n0 / 12 * (n + 1 - tie / (n * (n - 1)));
  double const z = variance > 0 ? (u - n1 * n0 / 2) / std::sqrt(variance) : 0;
  return {z, std::erfc(std::fabs(z) / std::sqrt(2))};
}

inline double mean_of(std::vector<double> const& values) {
  double sum = 0;
  for (double const value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

inline double naturals(std::vector<double> values) {
  for (double& value : values) value = std::expm1(value);
  return mean_of(values);
}

}  // namespace pertscale
