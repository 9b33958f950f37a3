#include "suite/cell_labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/text.hpp"
#include "suite/label_draft.hpp"

namespace pertscale {

namespace {

/// Parses each distinct label once; cells of one condition share a number.
void read_conditions(Dataset& dataset, CellObs const& obs, LabelDraft& draft) {
  auto const& spec = dataset.spec;
  auto const grammar = spec.grammar();
  auto const column = obs.text(spec.condition_column);
  std::map<std::string, std::int32_t> by_label, by_key;
  std::int64_t unlabelled = 0;
  for (std::size_t i = 0; i < column.values.size(); ++i) {
    auto const& label = column.values[i];
    if (column.missing[i] || label.empty()) {
      ++unlabelled;
      draft.condition_of.push_back(left_out);
      continue;
    }
    auto const known = by_label.find(label);
    if (known != by_label.end()) {
      draft.condition_of.push_back(known->second);
      continue;
    }
    Condition condition;
    try {
      condition = parse_condition(label, grammar);
    } catch (UserError const& error) {
      throw UserError(fmt::format("{}: obs column '{}': {}",
                                  dataset.part_of(static_cast<std::int64_t>(i)).path,
                                  spec.condition_column, error.what()));
    }
    auto const next = static_cast<std::int32_t>(draft.conditions.size());
    auto const [at, fresh] = by_key.emplace(condition_key(condition, grammar), next);
    if (fresh)
      draft.conditions.push_back(condition);
    else if (label < draft.conditions[static_cast<std::size_t>(at->second)].name)
      draft.conditions[static_cast<std::size_t>(at->second)].name = label;
    by_label.emplace(label, at->second);
    draft.condition_of.push_back(at->second);
  }
  if (unlabelled > 0)
    dataset.notes.push_back(fmt::format("{} left out: no value in obs column '{}'",
                                        count_text(unlabelled, noun_of(spec)),
                                        spec.condition_column));
}

/// Files of one context are one context.
void contexts_of_parts(Dataset const& dataset, LabelDraft& draft) {
  std::set<std::string> names;
  for (auto const& part : dataset.parts) names.insert(part.context);
  draft.contexts.assign(names.begin(), names.end());
  for (auto const& part : dataset.parts) {
    auto const context =
        std::lower_bound(draft.contexts.begin(), draft.contexts.end(), part.context);
    std::fill_n(draft.context_of.begin() + part.first_row, part.info.rows,
                static_cast<std::int32_t>(context - draft.contexts.begin()));
  }
}

/// A label that says "nan" is one as any other, but seldom meant.
void note_nan(Dataset& dataset, LabelDraft const& draft) {
  for (std::size_t c = 0; c < draft.conditions.size(); ++c) {
    if (draft.conditions[c].name != "nan") continue;
    auto const cells = std::count(draft.condition_of.begin(), draft.condition_of.end(),
                                  static_cast<std::int32_t>(c));
    if (cells > 0)
      dataset.notes.push_back(
          fmt::format("{} of a condition called nan: if they are of no perturbation, leave them "
                      "out with where = {}!=nan",
                      count_text(cells, noun_of(dataset.spec)), dataset.spec.condition_column));
  }
}

void read_contexts(Dataset& dataset, CellObs const& obs, LabelDraft& draft) {
  draft.context_of.assign(draft.condition_of.size(), 0);
  if (dataset.spec.contexts_by_part()) {
    contexts_of_parts(dataset, draft);
    return;
  }
  if (dataset.spec.context_column.empty()) {
    draft.contexts = {""};
    return;
  }
  auto const column = obs.text(dataset.spec.context_column);
  std::set<std::string> names;
  std::int64_t unlabelled = 0;
  for (std::size_t i = 0; i < column.values.size(); ++i) {
    if (draft.condition_of[i] == left_out) continue;
    if (column.missing[i]) {
      draft.condition_of[i] = left_out;
      ++unlabelled;
    } else {
      names.insert(column.values[i]);
    }
  }
  if (names.contains("*"))
    throw UserError(fmt::format(
        "{}: obs column '{}' holds the name '*', which stands for all contexts in the results; "
        "rename it",
        dataset.spec.screen(), dataset.spec.context_column));
  draft.contexts.assign(names.begin(), names.end());
  for (std::size_t i = 0; i < column.values.size(); ++i)
    if (draft.condition_of[i] != left_out)
      draft.context_of[i] = static_cast<std::int32_t>(
          std::lower_bound(draft.contexts.begin(), draft.contexts.end(), column.values[i]) -
          draft.contexts.begin());
  if (unlabelled > 0)
    dataset.notes.push_back(fmt::format("{} left out: no value in obs column '{}'",
                                        count_text(unlabelled, noun_of(dataset.spec)),
                                        dataset.spec.context_column));
}

/// " (40 rows left out by where = ...)".
std::string filters_text(Dataset const& dataset) {
  std::vector<std::string> parts;
  for (auto const& note : dataset.notes)
    if (note.find(" left out") != std::string::npos) parts.push_back(note);
  return parts.empty() ? "" : fmt::format(" ({})", join(parts, "; "));
}

void check_control(Dataset const& dataset) {
  auto const& labels = dataset.labels;
  auto const& spec = dataset.spec;
  auto const control = labels.control();
  if (labels.rows().empty())
    throw UserError(fmt::format("{}: no {} is left after the filters of {}{}", spec.screen(),
                                noun_of(spec), spec.file, filters_text(dataset)));
  if (spec.prediction) return;
  if (!control) {
    std::vector<std::string> names;
    for (auto const& condition : labels.conditions()) names.push_back(condition.name);
    names.resize(std::min<std::size_t>(names.size(), 8));
    throw UserError(
        fmt::format("{}: no control {} in obs column '{}' (control = {}; the column holds {} ...); "
                    "set control to the "
                    "name of the unperturbed condition",
                    spec.screen(), noun_of(spec), spec.condition_column, join(spec.control, ","),
                    join(names, ", ")));
  }
  std::vector<std::string> without;
  for (std::size_t context = 0; context < labels.contexts().size(); ++context)
    if (!labels.row(*control, context)) without.push_back(labels.contexts()[context]);
  if (!without.empty())
    throw UserError(fmt::format(
        "{}: no control {} in context {}; leave it out{}", spec.screen(), noun_of(spec),
        join(without, ", "),
        spec.contexts_by_part()
            ? " of the parts"
            : fmt::format(" with where = {}!={}", spec.context_column, join(without, ","))));
  if (labels.conditions().size() < 2)
    throw UserError(fmt::format("{}: all {}s are control; there is no perturbation to predict{}",
                                spec.screen(), noun_of(spec), filters_text(dataset)));
}

/// Sorts what is left into Labels.
void make_labels(Dataset& dataset, LabelDraft const& draft) {
  auto const lists = cells_by_group(draft);
  std::vector<std::int32_t> used;
  std::set<std::int32_t> used_contexts;
  for (auto const& [group, cells] : lists) {
    used.push_back(group.second);
    used_contexts.insert(group.first);
  }
  std::sort(used.begin(), used.end());
  used.erase(std::unique(used.begin(), used.end()), used.end());
  auto const name_of = [&](std::int32_t c) {
    return draft.conditions[static_cast<std::size_t>(c)].name;
  };
  std::sort(used.begin(), used.end(), [&](auto a, auto b) { return name_of(a) < name_of(b); });

  std::map<std::int32_t, std::size_t> condition_at, context_at;
  std::vector<Condition> conditions;
  for (auto const c : used) {
    condition_at.emplace(c, conditions.size());
    conditions.push_back(draft.conditions[static_cast<std::size_t>(c)]);
  }
  std::vector<std::string> contexts;
  for (auto const c : used_contexts) {
    context_at.emplace(c, contexts.size());
    contexts.push_back(draft.contexts[static_cast<std::size_t>(c)]);
  }
  std::map<std::pair<std::size_t, std::size_t>, std::vector<std::size_t> const*> sorted;
  for (auto const& [group, cells] : lists)
    sorted[{context_at.at(group.first), condition_at.at(group.second)}] = &cells;

  std::vector<LabelRow> rows;
  dataset.row_of_cell.assign(draft.condition_of.size(), left_out);
  for (auto const& [group, cells] : sorted) {
    double weight = 0;
    for (auto const cell : *cells) {
      dataset.row_of_cell[cell] = static_cast<std::int32_t>(rows.size());
      weight += dataset.weights.empty() ? 1 : dataset.weights[cell];
    }
    rows.push_back({group.second, group.first, std::llround(weight)});
  }
  dataset.labels = Labels(std::move(conditions), std::move(contexts), std::move(rows));
}

/// Weights of pseudobulk rows: obs `cells` where there is one, else each row alike.
void read_weights(Dataset& dataset, CellObs const& obs) {
  auto const& spec = dataset.spec;
  if (spec.rows != "pseudobulk") return;
  if (spec.prediction || obs.files_without("cells").size() == dataset.parts.size()) {
    if (spec.min_cells > 1)
      throw UserError(
          fmt::format("{}: min-cells = {} needs the obs column 'cells', which {} has not",
                      spec.file, spec.min_cells, spec.screen()));
    dataset.weights.assign(static_cast<std::size_t>(dataset.info.rows), 1.0);
    return;
  }
  dataset.weights = obs.numbers("cells");
  for (std::size_t i = 0; i < dataset.weights.size(); ++i)
    if (!(dataset.weights[i] > 0))
      throw UserError(fmt::format(
          "{}: obs column 'cells' is {} in row {}; it must be positive",
          dataset.part_of(static_cast<std::int64_t>(i)).path, number_text(dataset.weights[i]),
          static_cast<std::int64_t>(i) - dataset.part_of(static_cast<std::int64_t>(i)).first_row));
}

}  // namespace

void label_cells(Dataset& dataset, CellObs const& obs) {
  LabelDraft draft;
  read_conditions(dataset, obs, draft);
  apply_where(dataset, obs, draft);
  keep_listed(dataset, draft);
  read_contexts(dataset, obs, draft);
  note_nan(dataset, draft);
  read_cell_columns(dataset, obs, draft);
  need_batches(dataset, draft);
  bound_control(dataset, draft);
  need_matched_control(dataset, draft);
  read_weights(dataset, obs);
  bound_conditions(dataset, draft);
  make_labels(dataset, draft);
  trim_cell_columns(dataset);
  check_control(dataset);
}

}  // namespace pertscale
