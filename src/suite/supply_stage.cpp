#include "suite/supply_stage.hpp"

#include <fmt/format.h>

#include <numeric>

namespace pertscale {

namespace {

/// A file's cells, and how its rows and genes are those of the measured screen.
void add_predictions(Supplies& out, Plan const& plan, MetricNeeds const& needs,
                     Communicator const& comm, std::filesystem::path const& cache,
                     MomentOptions const& options) {
  for (auto const& source : plan.predictions) {
    std::vector<std::size_t> genes(source.dataset.genes.size());
    std::iota(genes.begin(), genes.end(), std::size_t{0});
    bool const cells = source.has_cells && !source.dataset.labels.rows().empty();
    MetricNeeds const none;
    out.predictions.push_back(prepare_supply({source.dataset, source.screen, genes},
                                             cells ? needs : none, Side::predicted, comm, cache,
                                             options));
    out.sides.push_back({nullptr, source.column_of_gene, source.row_of, cells});
  }
  for (std::size_t i = 0; i < out.sides.size(); ++i) out.sides[i].products = &out.predictions[i];
}

}  // namespace

SupplyMaker Supplies::maker(Plan const& plan, Task const& task) const {
  if (measured.empty()) return {};
  auto const* const side =
      task.prediction < 0 ? nullptr : &sides[static_cast<std::size_t>(task.prediction)];
  if (kept->task != task.id) *kept = {task.id, {}};
  return [products = &measured[task.dataset], side, numbers = &kept->numbers,
          stream = fmt::format("{}/{}", plan.datasets[task.dataset].spec.name,
                               plan.split_of(task).name)](ScoredContext const& scored) {
    return make_supply(*products, scored, stream, side, numbers);
  };
}

Supplies prepare_supplies(Plan const& plan, std::vector<Screen> const& screens,
                          std::vector<std::vector<std::size_t>> const& genes,
                          Communicator const& comm, std::filesystem::path const& cache,
                          MomentOptions const& options, PhaseMeter& meter) {
  Supplies out;
  auto const needs = supply_needs(*plan.study);
  if (!needs_supply(needs)) return out;
  for (std::size_t d = 0; d < plan.datasets.size(); ++d)
    meter.measure(plan.datasets[d].spec.name, "supply", [&] {
      out.measured.push_back(prepare_supply({plan.datasets[d], screens[d], genes[d]}, needs,
                                            Side::measured, comm, cache, options));
    });
  if (!plan.predictions.empty())
    meter.measure("*", "supply", [&] { add_predictions(out, plan, needs, comm, cache, options); });
  return out;
}

}  // namespace pertscale
