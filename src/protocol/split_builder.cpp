#include "protocol/split_builder.hpp"

#include <algorithm>

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
  return rows;
}

}  // namespace

PerturbationSplit over_contexts(Labels const& labels, ConditionSplit const& split,
                                std::string name) {
  PerturbationSplit out;
  out.name = std::move(name);
  out.train = rows_of_all(labels, split.train);
  out.validation = rows_of_all(labels, split.validation);
  out.test = rows_of_all(labels, split.test);
  if (auto const control = labels.control())
    for (auto const row : labels.rows_of(*control)) out.train.push_back(row);
  for (auto* part : {&out.train, &out.validation, &out.test}) std::sort(part->begin(), part->end());

  out.groups.resize(labels.rows().size());
  for (auto const* part : {&out.validation, &out.test})
    for (auto const row : *part) out.groups[row] = split.groups[labels.rows()[row].condition];
  return out;
}

std::string order_label(Condition const& condition) {
  switch (condition.order()) {
    case 0:
      return "control";
    case 1:
      return "single";
    case 2:
      return "double";
    case 3:
      return "triple";
    default:
      return "order" + std::to_string(condition.order());
  }
}

std::vector<std::size_t> perturbed_conditions(Labels const& labels) {
  std::vector<std::size_t> out;
  for (std::size_t c = 0; c < labels.conditions().size(); ++c)
    if (!labels.conditions()[c].is_control()) out.push_back(c);
  return out;
}

}  // namespace pertscale
