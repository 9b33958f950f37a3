#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/random.hpp"
#include "core/text.hpp"
#include "suite/label_draft.hpp"

namespace pertscale {

namespace {

bool compare(double value, std::string const& comparison, double bound) {
  if (comparison == "<") return value < bound;
  if (comparison == "<=") return value <= bound;
  if (comparison == ">") return value > bound;
  return value >= bound;
}

/// A value that no cell has is a mistake where nothing else is kept by the filter, else worth a
/// note.
void check_known(Dataset& dataset, CellFilter const& filter, std::vector<std::string> const& seen) {
  std::vector<std::string> unknown;
  for (auto const& value : filter.values)
    if (!std::binary_search(seen.begin(), seen.end(), value)) unknown.push_back(value);
  if (unknown.empty()) return;
  auto const hint = suggestion(unknown.front(), seen);
  if (filter.comparison != "=" || unknown.size() < filter.values.size()) {
    dataset.notes.push_back(fmt::format("where = {}: no {} has the value '{}'.{}", filter.text,
                                        noun_of(dataset.spec), join(unknown, "', '"), hint));
    return;
  }
  auto some = seen;
  some.resize(std::min<std::size_t>(some.size(), 8));
  throw UserError(fmt::format("{}: where = {}: obs column '{}' of {} holds {}{}.{}",
                              dataset.spec.file, filter.text, filter.column, dataset.spec.screen(),
                              join(some, ", "), seen.size() > some.size() ? " ..." : "", hint));
}

/// Which cells pass one `where`.
std::vector<bool> passing(Dataset& dataset, CellFilter const& filter, CellObs const& obs) {
  std::vector<bool> keep;
  bool const by_number = filter.comparison[0] == '<' || filter.comparison[0] == '>';
  if (by_number) {
    double const bound = *parse_double(filter.values[0]);
    for (double const value : obs.numbers(filter.column))
      keep.push_back(compare(value, filter.comparison, bound));
    return keep;
  }
  auto const column = obs.text(filter.column);
  std::set<std::string> const wanted(filter.values.begin(), filter.values.end());
  bool const when_found = filter.comparison == "=";
  std::set<std::string> seen;
  for (std::size_t i = 0; i < column.values.size(); ++i) {
    bool const found = !column.missing[i] && wanted.contains(column.values[i]);
    keep.push_back(found == when_found);
    if (!column.missing[i]) seen.insert(column.values[i]);
  }
  check_known(dataset, filter, {seen.begin(), seen.end()});
  return keep;
}

}  // namespace

std::string count_text(std::int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string_view noun_of(DatasetSpec const& spec) { return spec.rows == "cells" ? "cell" : "row"; }

void apply_where(Dataset& dataset, CellObs const& obs, LabelDraft& draft) {
  auto& condition_of = draft.condition_of;
  for (auto const& filter : dataset.spec.where) {
    auto const keep = passing(dataset, filter, obs);
    std::int64_t dropped = 0;
    for (std::size_t i = 0; i < keep.size(); ++i) {
      if (keep[i] || condition_of[i] == left_out) continue;
      condition_of[i] = left_out;
      ++dropped;
    }
    if (dropped > 0)
      dataset.notes.push_back(fmt::format("{} left out by where = {}",
                                          count_text(dropped, noun_of(dataset.spec)), filter.text));
  }
}

void keep_listed(Dataset& dataset, LabelDraft& draft) {
  auto const& spec = dataset.spec;
  if (!spec.conditions.given()) return;
  auto const grammar = spec.grammar();
  std::map<std::string, std::string> wanted;
  for (auto const& name : parse_list(spec.conditions.text))
    wanted.emplace(condition_key(parse_condition(name, grammar), grammar), name);
  std::vector<bool> keep;
  for (auto& condition : draft.conditions) {
    auto const listed = wanted.find(condition_key(condition, grammar));
    keep.push_back(condition.is_control() || listed != wanted.end());
    if (listed == wanted.end()) continue;
    wanted.erase(listed);
  }
  if (!wanted.empty())
    throw UserError(
        fmt::format("{}: {} of the list's conditions are not in {} (first: '{}'); correct the list "
                    "or the condition-column",
                    spec.conditions.path, wanted.size(), spec.screen(), wanted.begin()->second));
  std::int64_t dropped = 0;
  for (auto& condition : draft.condition_of)
    if (condition != left_out && !keep[static_cast<std::size_t>(condition)]) {
      condition = left_out;
      ++dropped;
    }
  if (dropped > 0)
    dataset.notes.push_back(
        fmt::format("{} of {} left out: not in {}", count_text(dropped, noun_of(spec)),
                    count_text(std::count(keep.begin(), keep.end(), false), "condition"),
                    spec.conditions.path));
}

CellLists cells_by_group(LabelDraft const& draft) {
  CellLists lists;
  for (std::size_t i = 0; i < draft.condition_of.size(); ++i)
    if (draft.condition_of[i] != left_out)
      lists[{draft.context_of[i], draft.condition_of[i]}].push_back(i);
  return lists;
}

namespace {

/// Keeps a seeded sample of `bound` cells; it depends on the names of context and condition.
/// Returns how many were left out.
std::int64_t sample_cells(Dataset const& dataset, LabelDraft& draft,
                          CellLists::value_type const& list, std::int64_t bound) {
  auto const& [group, cells] = list;
  auto const count = static_cast<std::int64_t>(cells.size());
  if (bound == 0 || count <= bound) return 0;
  auto const& context = draft.contexts[static_cast<std::size_t>(group.first)];
  auto const& condition = draft.conditions[static_cast<std::size_t>(group.second)];
  RandomStream random(static_cast<std::uint64_t>(dataset.spec.sample_seed),
                      "max-cells/" + context + "/" + condition.name);
  auto const order = random.permutation(cells.size());
  for (auto i = static_cast<std::size_t>(bound); i < cells.size(); ++i)
    draft.condition_of[cells[order[i]]] = left_out;
  return count - bound;
}

/// Cells of some rows: of profiles those that their means were taken over.
double cells_behind(Dataset const& dataset, std::vector<std::size_t> const& rows) {
  if (dataset.weights.empty()) return static_cast<double>(rows.size());
  double sum = 0;
  for (auto const row : rows) sum += dataset.weights[row];
  return sum;
}

void note_sampled(Dataset& dataset, std::int64_t dropped, std::string_view noun,
                  std::string_view key) {
  if (dropped > 0)
    dataset.notes.push_back(
        fmt::format("{} left out by {} (a seeded sample stays)", count_text(dropped, noun), key));
}

}  // namespace

void bound_control(Dataset& dataset, LabelDraft& draft) {
  auto const& spec = dataset.spec;
  std::int64_t dropped = 0;
  for (auto const& list : cells_by_group(draft))
    if (draft.conditions[static_cast<std::size_t>(list.first.second)].is_control())
      dropped += sample_cells(dataset, draft, list, spec.max_control_cells);
  note_sampled(dataset, dropped, noun_of(spec), "max-control-cells");
}

void bound_conditions(Dataset& dataset, LabelDraft& draft) {
  auto const& spec = dataset.spec;
  std::int64_t too_small = 0, small_cells = 0, dropped = 0;
  for (auto const& list : cells_by_group(draft)) {
    auto const& [group, cells] = list;
    if (draft.conditions[static_cast<std::size_t>(group.second)].is_control()) continue;
    if (cells_behind(dataset, cells) < static_cast<double>(spec.min_cells)) {
      ++too_small;
      small_cells += static_cast<std::int64_t>(cells.size());
      for (auto const cell : cells) draft.condition_of[cell] = left_out;
    } else {
      dropped += sample_cells(dataset, draft, list, spec.max_cells);
    }
  }
  if (too_small > 0)
    dataset.notes.push_back(fmt::format("{} left out in {} of fewer than {} cells (min-cells)",
                                        count_text(small_cells, noun_of(spec)),
                                        count_text(too_small, "condition"), spec.min_cells));
  note_sampled(dataset, dropped, noun_of(spec), "max-cells");
}

}  // namespace pertscale
