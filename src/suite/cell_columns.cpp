#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "core/text.hpp"
#include "suite/label_draft.hpp"

namespace pertscale {

namespace {

CellColumn read_column(std::string const& name, CellObs const& obs, LabelDraft const& draft) {
  CellColumn out;
  if (name.empty()) return out;
  auto const column = obs.text(name);
  out.code_of_cell.assign(column.values.size(), -1);
  std::unordered_map<std::string_view, std::int32_t> seen;
  for (std::size_t i = 0; i < column.values.size(); ++i) {
    if (draft.condition_of[i] == left_out || column.missing[i] || column.values[i].empty())
      continue;
    auto const next = static_cast<std::int32_t>(seen.size());
    out.code_of_cell[i] = seen.emplace(column.values[i], next).first->second;
  }
  std::map<std::string_view, std::int32_t> const sorted(seen.begin(), seen.end());
  std::vector<std::int32_t> number(seen.size());
  for (auto const& [value, code] : sorted) {
    number[static_cast<std::size_t>(code)] = static_cast<std::int32_t>(out.names.size());
    out.names.emplace_back(value);
  }
  for (auto& code : out.code_of_cell)
    if (code >= 0) code = number[static_cast<std::size_t>(code)];
  return out;
}

/// Drops codes of cells that are left out, then the names that no cell has.
void trim(CellColumn& column, std::vector<std::int32_t> const& row_of_cell) {
  std::vector<std::int32_t> number(column.names.size(), -1);
  for (std::size_t i = 0; i < column.code_of_cell.size(); ++i) {
    auto& code = column.code_of_cell[i];
    if (row_of_cell[i] < 0) code = -1;
    if (code >= 0) number[static_cast<std::size_t>(code)] = 0;
  }
  std::vector<std::string> names;
  for (std::size_t n = 0; n < number.size(); ++n) {
    if (number[n] < 0) continue;
    number[n] = static_cast<std::int32_t>(names.size());
    names.push_back(std::move(column.names[n]));
  }
  column.names = std::move(names);
  for (auto& code : column.code_of_cell)
    if (code >= 0) code = number[static_cast<std::size_t>(code)];
}

/// Values that occur in more than one file stand for the same batch, guide or replicate in each.
void note_shared(Dataset& dataset, CellColumn const& column, std::string const& name) {
  if (dataset.parts.size() < 2) return;
  std::vector<std::int64_t> part_of(column.names.size(), -1);
  std::set<std::int32_t> shared;
  for (std::size_t i = 0; i < column.code_of_cell.size(); ++i) {
    auto const code = column.code_of_cell[i];
    if (code < 0) continue;
    auto const part = static_cast<std::int64_t>(dataset.part_number(static_cast<std::int64_t>(i)));
    auto& first = part_of[static_cast<std::size_t>(code)];
    if (first < 0) first = part;
    if (first != part) shared.insert(code);
  }
  if (!shared.empty())
    dataset.notes.push_back(
        fmt::format("{} of obs column '{}' in several files; within a context they are one",
                    count_text(static_cast<std::int64_t>(shared.size()), "value"), name));
}

std::string plural(std::int64_t count, std::string_view noun) {
  return noun == "batch" && count != 1 ? fmt::format("{} batches", count) : count_text(count, noun);
}

}  // namespace

void read_cell_columns(Dataset& dataset, CellObs const& obs, LabelDraft const& draft) {
  auto const& spec = dataset.spec;
  dataset.batch = read_column(spec.batch_column, obs, draft);
  dataset.guide = read_column(spec.guide_column, obs, draft);
  dataset.replicate = read_column(spec.replicate_column, obs, draft);
  note_shared(dataset, dataset.batch, spec.batch_column);
}

void trim_cell_columns(Dataset& dataset) {
  auto const& spec = dataset.spec;
  std::string found;
  auto const take = [&](CellColumn& column, std::string const& name, std::string_view noun) {
    if (name.empty()) return;
    trim(column, dataset.row_of_cell);
    auto const missing = std::count_if(dataset.row_of_cell.begin(), dataset.row_of_cell.end(),
                                       [](auto row) { return row >= 0; }) -
                         std::count_if(column.code_of_cell.begin(), column.code_of_cell.end(),
                                       [](auto code) { return code >= 0; });
    found += fmt::format("{}{} in obs column '{}'", found.empty() ? "" : ", ",
                         plural(static_cast<std::int64_t>(column.names.size()), noun), name);
    if (missing > 0) found += fmt::format(" ({} without)", count_text(missing, noun_of(spec)));
  };
  take(dataset.batch, spec.batch_column, "batch");
  take(dataset.guide, spec.guide_column, "guide");
  take(dataset.replicate, spec.replicate_column, "replicate");
  if (!found.empty()) dataset.notes.push_back(found);
}

void need_batches(Dataset& dataset, LabelDraft& draft) {
  if (!dataset.spec.matches_batches()) return;
  std::int64_t dropped = 0;
  for (std::size_t i = 0; i < draft.condition_of.size(); ++i) {
    if (draft.condition_of[i] == left_out || dataset.batch.code_of_cell[i] >= 0) continue;
    draft.condition_of[i] = left_out;
    ++dropped;
  }
  if (dropped > 0)
    dataset.notes.push_back(fmt::format("{} left out: no batch in obs column '{}'",
                                        count_text(dropped, noun_of(dataset.spec)),
                                        dataset.spec.batch_column));
}

void need_matched_control(Dataset& dataset, LabelDraft& draft) {
  if (!dataset.spec.matches_batches()) return;
  auto const& batch = dataset.batch;
  auto const is_control = [&](std::size_t i) {
    return draft.conditions[static_cast<std::size_t>(draft.condition_of[i])].is_control();
  };
  std::set<std::pair<std::int32_t, std::int32_t>> with_control;  // context, batch
  std::set<std::int32_t> contexts;
  for (std::size_t i = 0; i < draft.condition_of.size(); ++i) {
    if (draft.condition_of[i] == left_out || !is_control(i)) continue;
    with_control.emplace(draft.context_of[i], batch.code_of_cell[i]);
    contexts.insert(draft.context_of[i]);
  }
  std::int64_t dropped = 0, kept = 0;
  std::set<std::pair<std::int32_t, std::int32_t>> before, after;  // context, condition
  for (std::size_t i = 0; i < draft.condition_of.size(); ++i) {
    // a context without any control is refused later
    if (draft.condition_of[i] == left_out || is_control(i) ||
        !contexts.contains(draft.context_of[i]))
      continue;
    std::pair const group(draft.context_of[i], draft.condition_of[i]);
    before.insert(group);
    if (with_control.contains({draft.context_of[i], batch.code_of_cell[i]})) {
      after.insert(group);
      ++kept;
      continue;
    }
    draft.condition_of[i] = left_out;
    ++dropped;
  }
  if (dropped == 0) return;
  auto const& spec = dataset.spec;
  if (kept == 0)
    throw UserError(fmt::format(
        "{}: no perturbed cell is in a batch that has control cells (batch-column = {}); name "
        "another column or set control-matching = pooled",
        spec.screen(), spec.batch_column));
  auto const lost = static_cast<std::int64_t>(before.size() - after.size());
  dataset.notes.push_back(fmt::format(
      "{} left out: no control cells in their batch (control-matching = batch){}",
      count_text(dropped, noun_of(spec)),
      lost == 0 ? "" : fmt::format("; {} with none left", count_text(lost, "condition"))));
}

}  // namespace pertscale
