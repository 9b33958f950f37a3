#include "suite/score_supply.hpp"

#include <algorithm>

#include "suite/group_profiles.hpp"

namespace pertscale {

namespace {

template <class Item>
void add_once(std::vector<Item>& list, std::vector<Item> const& more) {
  for (auto const& item : more)
    if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

/// Do tests on the predicted side need cells of the control, or of the prediction?
bool tests_cells(DeRequest const& request) {
  bool const moments =
      request.method != DeMethod::wilcoxon && request.fold_change == FoldChangeMean::geometric;
  bool const draws = request.emit == Emit::control_shift || request.emit == Emit::poisson;
  return !moments || draws;
}

/// Principal axes of all measured cells, one set a number of components.
void add_axes(SupplyProducts& out, MetricNeeds const& needs, Communicator const& comm,
              MomentOptions const& options) {
  for (auto const& request : needs.cells) {
    if (request.values != CellRequest::Values::components || out.axes.contains(request.components))
      continue;
    PrincipalOptions principal;
    principal.components = request.components;
    principal.memory = options.memory;
    ScreenCells const cells{*out.screen, *out.cells, out.genes, out.dataset->genes.size()};
    out.axes.emplace(request.components,
                     principal_axes(cells, {0, out.screen->labels.rows().size()}, comm, principal));
  }
}

}  // namespace

MetricNeeds supply_needs(Study const& study) {
  MetricNeeds out;
  for (auto const& metric : study.metrics) {
    auto const needs = metric.part.object->needs();
    add_once(out.de, needs.de);
    add_once(out.cells, needs.cells);
    out.counts = out.counts || needs.counts;
    out.halves = out.halves || needs.halves;
    out.contexts = out.contexts || needs.contexts;
    out.own_control = out.own_control || needs.own_control;
  }
  return out;
}

bool needs_supply(MetricNeeds const& needs) {
  return !needs.de.empty() || !needs.cells.empty() || needs.counts || needs.halves ||
         needs.contexts || needs.own_control;
}

bool wants_cells(MetricNeeds const& needs) {
  return needs.counts || needs.contexts || !needs.cells.empty() ||
         std::any_of(needs.de.begin(), needs.de.end(), tests_cells);
}

Matrix in_components(SupplyProducts const& products, Matrix const& cells, int components) {
  auto const found = products.axes.find(components);
  if (found == products.axes.end())
    throw InternalError("a metric asks for components that its needs() do not name");
  auto const& axes = found->second;
  Matrix used(cells.rows(), static_cast<Eigen::Index>(axes.genes.size()));
  for (std::size_t j = 0; j < axes.genes.size(); ++j) {
    auto const at = std::lower_bound(products.genes.begin(), products.genes.end(), axes.genes[j]);
    used.col(static_cast<Eigen::Index>(j)) = cells.col(at - products.genes.begin());
  }
  return along_axes(axes, used);
}

SupplyProducts prepare_supply(PreparedDataset const& prepared, MetricNeeds const& needs, Side side,
                              Communicator const& comm, std::filesystem::path const& cache,
                              MomentOptions const& options) {
  SupplyProducts out;
  out.dataset = &prepared.dataset;
  out.screen = &prepared.screen;
  out.genes = prepared.genes;
  out.memory = options.memory;
  bool const has_cells = prepared.dataset.spec.rows == "cells";
  MetricNeeds used = needs;  // a forest tells contexts apart by cells of the measured side
  used.contexts =
      needs.contexts && side == Side::measured && prepared.screen.labels.contexts().size() > 1;
  if (has_cells && wants_cells(used))
    out.cells = sorted_cells(prepared.dataset, comm, cache, options);
  if (side == Side::predicted) return out;
  for (auto const& request : needs.de) {
    auto const key = measured_request(request);
    if (!out.de.contains(key)) out.de.emplace(key, de_product(prepared, key, comm, cache, options));
  }
  if (has_cells && prepared.screen.values == ValueKind::expression && out.cells)
    add_axes(out, needs, comm, options);
  if (has_cells && needs.halves) {
    auto const groups = half_groups(prepared.dataset, 0);
    out.halves = group_profiles(prepared.dataset, groups, comm, cache, options).mean;
    out.half_groups = groups.groups;
  }
  return out;
}

}  // namespace pertscale
