#include "protocol/split_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/error.hpp"

namespace pertscale {

std::vector<std::size_t> PerturbationSplit::scored(bool with_validation) const {
  std::vector<std::size_t> rows = test;
  if (with_validation) rows.insert(rows.end(), validation.begin(), validation.end());
  std::sort(rows.begin(), rows.end());
  return rows;
}

namespace {

std::vector<std::size_t> rows_of_all(Labels const& labels,
                                     std::vector<std::size_t> const& conditions) {
  std::vector<std::size_t> rows;
  for (auto const condition : conditions)
    for (auto const row : labels.rows_of(condition)) rows.push_back(row);
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace

PerturbationSplit over_contexts(Labels const& labels, ConditionSplit const& split,
                                std::string name) {
  auto trained = split.train;
  if (auto const control = labels.control()) trained.push_back(*control);

  PerturbationSplit out;
  out.name = std::move(name);
  out.train = rows_of_all(labels, trained);
  out.validation = rows_of_all(labels, split.validation);
  out.test = rows_of_all(labels, split.test);
  out.groups.resize(labels.rows().size());
  for (auto const* part : {&out.validation, &out.test})
    for (auto const row : *part) out.groups[row] = split.groups[labels.rows()[row].condition];
  return out;
}

std::vector<std::size_t> control_rows(Labels const& labels) {
  auto const control = labels.control();
  return control ? rows_of_all(labels, {*control}) : std::vector<std::size_t>();
}

std::string order_label(Condition const& condition) {
  switch (condition.order()) {
    case 0: return "control";
    case 1: return "single";
    case 2: return "double";
    case 3: return "triple";
    default: return fmt::format("order{}", condition.order());
  }
}

std::vector<std::string> order_labels(Labels const& labels) {
  std::vector<std::string> out;
  for (auto const& condition : labels.conditions()) out.push_back(order_label(condition));
  return out;
}

std::vector<std::size_t> perturbed_conditions(Labels const& labels) {
  auto const& conditions = labels.conditions();
  std::vector<std::size_t> out;
  for (std::size_t c = 0; c < conditions.size(); ++c)
    if (!conditions[c].is_control()) out.push_back(c);
  std::sort(out.begin(), out.end(),
            [&](std::size_t a, std::size_t b) { return conditions[a].name < conditions[b].name; });
  return out;
}

std::vector<std::string> targets_of(Labels const& labels,
                                    std::vector<std::size_t> const& conditions) {
  std::set<std::string> targets;
  for (auto const c : conditions)
    targets.insert(labels.conditions()[c].targets.begin(), labels.conditions()[c].targets.end());
  return {targets.begin(), targets.end()};
}

std::vector<std::size_t> without(std::vector<std::size_t> const& of,
                                 std::vector<std::size_t> const& taken) {
  std::set<std::size_t> const gone(taken.begin(), taken.end());
  std::vector<std::size_t> out;
  std::copy_if(of.begin(), of.end(), std::back_inserter(out),
               [&](std::size_t item) { return !gone.contains(item); });
  return out;
}

void require_both_sides(ConditionSplit const& split, bool with_validation,
                        std::string_view protocol, std::string_view dataset) {
  std::size_t const scored = split.test.size() + (with_validation ? split.validation.size() : 0);
  if (!split.train.empty() && scored > 0) return;
  throw UserError(fmt::format(
      "dataset '{}' holds too few perturbations for {}: {} would be trained on and {} scored; use "
      "cross-validation, or a larger screen",
      dataset, protocol, split.train.size(), scored));
}

}  // namespace pertscale
