#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/text.hpp"
#include "suite/calibration_plan.hpp"
#include "suite/moments.hpp"
#include "suite/plan.hpp"
#include "suite/profile_product.hpp"
#include "suite/score.hpp"
#include "suite/score_supply.hpp"

namespace pertscale {

namespace {

double stored_bytes(MatrixInfo const& info) {
  bool const wide = info.value_type.ends_with("64");
  double const value = wide ? 8 : 4;
  double const index = info.layout == MatrixInfo::Layout::dense ? 0
                       : info.index_type.ends_with("64")        ? 8
                                                                : 4;
  return static_cast<double>(info.stored) * (value + index);
}

double stored_bytes(Dataset const& dataset) {
  double bytes = 0;
  for (auto const& part : dataset.parts) bytes += stored_bytes(part.info);
  return bytes;
}

std::string layout_text(MatrixInfo const& info) {
  std::string text = info.layout == MatrixInfo::Layout::dense ? "dense"
                     : info.layout == MatrixInfo::Layout::csr ? "CSR"
                                                              : "CSC";
  return fmt::format("{} {}, {}", text, info.value_type,
                     info.compression == "none" ? "uncompressed" : info.compression);
}

/// Layouts of the files, each once.
std::string layouts_text(Dataset const& dataset) {
  std::vector<std::string> texts;
  for (auto const& part : dataset.parts) {
    auto const text = layout_text(part.info);
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
  }
  return join(texts, " and ");
}

std::string dataset_text(Dataset const& dataset, std::uint64_t memory) {
  auto const& labels = dataset.labels;
  std::int64_t cells = 0;
  for (auto const& row : labels.rows()) cells += row.cells;
  std::string out = fmt::format(
      "dataset {}: {} {} x {} genes ({}), {} conditions, {} context(s), {} pass(es) over the "
      "matrix\n",
      dataset.spec.name, cells, dataset.spec.rows == "cells" ? "cells" : "cells behind profiles",
      dataset.info.columns, layouts_text(dataset), labels.conditions().size(),
      labels.contexts().size(), planned_passes(dataset, memory));
  for (auto const& note : dataset.notes) out += "  " + note + "\n";
  return out;
}

/// Bytes one rank needs for the widest task: training profiles twice (view and factorisation),
/// predictions, a block.
double task_memory(Plan const& plan, Task const& task) {
  auto const genes = static_cast<double>(plan.datasets[task.dataset].genes.size());
  auto const training = static_cast<double>(plan.split_of(task).train.size());
  return 8 * genes * (2 * training + 2 * static_cast<double>(task.held_out.size()));
}

/// What metrics ask for beyond profiles: tests (six tables a request), sorted cells, halves.
struct SupplyCost {
  std::size_t tests = 0, tests_of_cells = 0;
  bool cells = false, halves = false;
  double bytes_read = 0, disk = 0, rank_memory = 0;
};

SupplyCost supply_cost(Plan const& plan, Dataset const& dataset) {
  SupplyCost out;
  auto needs = supply_needs(*plan.study);
  needs.contexts = needs.contexts && dataset.labels.contexts().size() > 1;
  if (dataset.spec.values == "latent" && needs.cells.empty() && !needs.halves && !needs.contexts)
    return out;
  std::size_t const rows = dataset.labels.rows().size();
  std::set<DeRequest> distinct;
  for (auto const& request : needs.de) distinct.insert(measured_request(request));
  bool const has_cells = dataset.spec.rows == "cells";
  out.tests = dataset.spec.values == "latent" ? 0 : distinct.size();
  for (auto const& request : distinct)
    if (out.tests > 0 && has_cells && de_options(request).needs_cells()) ++out.tests_of_cells;
  out.cells = has_cells && wants_cells(needs);
  out.halves = has_cells && needs.halves;
  double const stored = stored_bytes(dataset);
  out.bytes_read = stored * static_cast<double>(out.tests_of_cells) + (out.cells ? 2 * stored : 0) +
                   (out.halves ? stored : 0);
  out.disk = static_cast<double>(2 * out.tests + (out.halves ? 2 : 0)) *
                 product_bytes(rows, dataset.genes.size()) +
             (out.cells ? stored : 0);
  for (auto const& row : dataset.labels.rows())
    if (out.cells)
      out.rank_memory = std::max(out.rank_memory, 16.0 * static_cast<double>(row.cells) *
                                                      static_cast<double>(dataset.genes.size()));
  return out;
}

std::string supply_text(SupplyCost const& cost) {
  std::string text;
  auto const add = [&](std::string const& part) { text += (text.empty() ? "" : ", ") + part; };
  if (cost.tests > 0)
    add(fmt::format("{} kind(s) of tests of every gene ({} from the cells)", cost.tests,
                    cost.tests_of_cells));
  if (cost.cells) add("sorted cells");
  if (cost.halves) add("half profiles");
  return text.empty() ? text
                      : fmt::format("  metrics ask for {}: {} read, {} disk\n", text,
                                    bytes_text(cost.bytes_read), bytes_text(cost.disk));
}

}  // namespace

PlanEstimate estimate(Plan const& plan, std::uint64_t memory_per_rank) {
  PlanEstimate out;
  for (auto const& unit : plan.units) {
    out.flops += unit.cost;
    auto const& task = plan.tasks[unit.task];
    if (unit.kind == Unit::Kind::fit)
      out.disk +=
          8 * static_cast<double>(task.held_out.size() * plan.datasets[task.dataset].genes.size());
  }
  for (auto const& task : plan.tasks) {
    out.score_rows += static_cast<double>(missing_scores(plan, task, {}).size());
    out.rank_memory = std::max(out.rank_memory, task_memory(plan, task));
  }
  for (auto const& dataset : plan.datasets) {
    auto const rows = dataset.labels.rows().size();
    auto const supply = supply_cost(plan, dataset);
    out.bytes_read += supply.bytes_read;
    out.disk += supply.disk;
    out.rank_memory = std::max(out.rank_memory, supply.rank_memory);
    out.bytes_read +=
        stored_bytes(dataset) * static_cast<double>(planned_passes(dataset, memory_per_rank));
    out.disk +=
        product_bytes(rows, dataset.genes.size()) * (dataset.spec.matches_batches() ? 2 : 1);
    if (halving_of(*plan.study, dataset.spec)) {  // a pass, the halves, and both as screens
      out.bytes_read += stored_bytes(dataset);
      out.disk += 4 * product_bytes(rows, dataset.genes.size());
    }
    double const moments = std::min(static_cast<double>(memory_per_rank),
                                    44.0 * static_cast<double>(rows * dataset.genes.size()) +
                                        std::min(stored_bytes(dataset) * 4,
                                                 static_cast<double>(memory_per_rank) / 5)) +
                           12.0 * static_cast<double>(dataset.row_of_cell.size());
    out.rank_memory = std::max(out.rank_memory, moments);
  }
  out.disk += 2 * 90 * out.score_rows;  // journal and scores.csv, about 90 bytes a row each
  return out;
}

std::string plan_text(Plan const& plan, std::uint64_t memory_per_rank) {
  std::string out = fmt::format("plan of {}\n", plan.study->file);
  for (auto const& dataset : plan.datasets)
    out += dataset_text(dataset, memory_per_rank) + supply_text(supply_cost(plan, dataset));
  for (auto const& group : plan.splits) {
    std::size_t scored = 0;
    auto const& protocol = plan.study->protocols[group.protocol];
    if (!group.not_served.empty()) {
      out += fmt::format("protocol {}: not applicable: {}\n", protocol.label, group.not_served);
      continue;
    }
    for (auto const& split : group.splits)
      scored += split.scored(protocol.part.object->scores_validation()).size();
    out += fmt::format("protocol {} on {}: {} split(s), {} held-out profiles{}\n", protocol.label,
                       plan.datasets[group.dataset].spec.name, group.splits.size(), scored,
                       protocol.part.info->traits.pools_contexts
                           ? "; models are fitted over all training contexts (pool=auto)"
                           : "");
  }
  out += calibration_text(plan);
  std::map<std::pair<std::string, int>, std::size_t> teams;
  for (auto const& unit : plan.units)
    if (unit.team > 1) ++teams[{plan.study->models[plan.tasks[unit.task].model].label, unit.team}];
  for (auto const& [team, fits] : teams)
    out += fmt::format("model {}: {} fit(s), each by a team of {} ranks\n", team.first, fits,
                       team.second);
  auto const cost = estimate(plan, memory_per_rank);
  out += fmt::format(
      "{} models x {} metrics: {} tasks, {} units{}, {:.0f} score rows\n",
      plan.study->models.size(), plan.study->metrics.size(), plan.tasks.size(), plan.units.size(),
      plan.calibration.empty() ? ""
                               : fmt::format(" and {} of calibration", plan.calibration.size()),
      cost.score_rows);
  out += fmt::format(
      "estimate: {:.3g} GFLOP of fits and of metrics of profiles, {} read from screens, {} memory "
      "a rank (bound for reading {}), {} "
      "disk\n",
      cost.flops * 1e-9, bytes_text(cost.bytes_read), bytes_text(cost.rank_memory),
      bytes_text(static_cast<double>(memory_per_rank)), bytes_text(cost.disk));
  return out;
}

}  // namespace pertscale
