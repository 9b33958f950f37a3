#include "protocol/condition_finder.hpp"

#include <utility>

#include "core/error.hpp"

namespace pertscale {

ConditionFinder::ConditionFinder(Labels const& labels, ConditionGrammar grammar)
    : grammar_(std::move(grammar)), control_(labels.control()) {
  for (std::size_t c = 0; c < labels.conditions().size(); ++c) {
    Condition const& condition = labels.conditions()[c];
    by_spelling_.emplace(condition.name, c);
    if (!condition.is_control()) by_targets_[condition.targets].push_back(c);
  }
}

std::optional<std::size_t> ConditionFinder::find(std::string_view name) const {
  auto const spelled = by_spelling_.find(name);
  if (spelled != by_spelling_.end()) return spelled->second;
  try {
    Condition const meant = parse_condition(name, grammar_);
    if (meant.is_control()) return control_;
    auto const found = by_targets_.find(meant.targets);
    if (found != by_targets_.end() && found->second.size() == 1) return found->second.front();
  } catch (UserError const&) {  // an empty label or token names nothing
  }
  return std::nullopt;
}

}  // namespace pertscale
