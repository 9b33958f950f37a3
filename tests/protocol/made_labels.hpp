#pragma once
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/random.hpp"
#include "data/labels.hpp"
#include "protocol/protocol.hpp"

using Measured = std::pair<std::string, std::string>;  ///< condition, context

/// Labels of what was measured, sorted as Labels promises; of equivalent spellings the smallest.
inline pertscale::Labels labels_of(std::vector<Measured> measured,
                                   pertscale::ConditionGrammar const& grammar = {}) {
  std::sort(measured.begin(), measured.end());
  std::map<std::string, pertscale::Condition> by_key;
  std::set<std::string> names;
  for (auto const& [name, context] : measured) {
    auto const condition = pertscale::parse_condition(name, grammar);
    by_key.emplace(condition_key(condition, grammar), condition);
    names.insert(context);
  }
  std::vector<pertscale::Condition> conditions;
  for (auto const& [key, condition] : by_key) conditions.push_back(condition);
  std::sort(conditions.begin(), conditions.end(),
            [](auto const& a, auto const& b) { return a.name < b.name; });

  std::vector<std::string> const contexts(names.begin(), names.end());
  std::set<std::pair<std::size_t, std::size_t>> rows;
  for (auto const& [name, context] : measured) {
    auto const key = condition_key(pertscale::parse_condition(name, grammar), grammar);
    auto const at = std::find_if(conditions.begin(), conditions.end(),
                                 [&](auto const& c) { return c.name == by_key.at(key).name; });
    auto const where = std::find(contexts.begin(), contexts.end(), context);
    rows.emplace(where - contexts.begin(), at - conditions.begin());
  }
  std::vector<pertscale::LabelRow> label_rows;
  for (auto const& [context, condition] : rows) label_rows.push_back({condition, context, 10});
  return {conditions, contexts, label_rows};
}

/// Every condition in every context.
inline pertscale::Labels labels_of(std::vector<std::string> const& conditions,
                                   std::vector<std::string> const& contexts = {"K562"},
                                   pertscale::ConditionGrammar const& grammar = {}) {
  std::vector<Measured> measured;
  for (auto const& condition : conditions)
    for (auto const& context : contexts) measured.emplace_back(condition, context);
  return labels_of(measured, grammar);
}

template <class T>
std::vector<T> shuffled(std::vector<T> const& items, std::uint64_t seed) {
  std::vector<T> out;
  for (auto const i : pertscale::RandomStream(seed, "shuffled").permutation(items.size()))
    out.push_back(items[i]);
  return out;
}

/// Spellings of the conditions of rows, sorted, each once.
inline std::vector<std::string> names_of(pertscale::Labels const& labels,
                                         std::vector<std::size_t> const& rows) {
  std::set<std::string> names;
  for (auto const row : rows) names.insert(labels.condition_of(row).name);
  return {names.begin(), names.end()};
}

/// Spellings of the held-out conditions of a group, sorted.
inline std::vector<std::string> names_in_group(pertscale::Labels const& labels,
                                               pertscale::PerturbationSplit const& split,
                                               std::vector<std::size_t> const& rows,
                                               std::string const& group) {
  std::vector<std::size_t> chosen;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(chosen),
               [&](std::size_t row) { return split.groups[row] == group; });
  return names_of(labels, chosen);
}

/// A protocol as a user writes it; throws UserError.
inline pertscale::Part<pertscale::Protocol> protocol_of(std::string const& text) {
  pertscale::Mistakes mistakes;
  auto part = pertscale::make_part<pertscale::Protocol>(pertscale::parse_part(text), mistakes);
  mistakes.raise();
  return part;
}

/// Profiles of every row that follow from its names alone, whatever the row's number.
inline pertscale::ProfileTable profiles_by_name(pertscale::Labels const& labels) {
  pertscale::Matrix out(static_cast<Eigen::Index>(labels.rows().size()), 8);
  for (std::size_t row = 0; row < labels.rows().size(); ++row) {
    pertscale::RandomStream random(
        1, labels.condition_of(row).name + "/" + labels.contexts()[labels.rows()[row].context]);
    for (Eigen::Index g = 0; g < out.cols(); ++g)
      out(static_cast<Eigen::Index>(row), g) = random.normal();
  }
  return pertscale::ProfileTable(std::move(out));
}

inline std::vector<pertscale::PerturbationSplit> splits_of(
    pertscale::Part<pertscale::Protocol> const& part, pertscale::Labels const& labels) {
  return part.object->splits_by_profiles(
      labels, {"screen", {}},
      {pertscale::ValueKind::expression, profiles_by_name(labels), nullptr});
}

inline std::vector<pertscale::PerturbationSplit> splits_of(std::string const& text,
                                                           pertscale::Labels const& labels) {
  return splits_of(protocol_of(text), labels);
}

/// The sentence of the UserError that a call throws; empty if it throws none.
template <class Call>
std::string complaint(Call&& call) {
  try {
    call();
  } catch (pertscale::UserError const& error) {
    return error.what();
  }
  return {};
}
