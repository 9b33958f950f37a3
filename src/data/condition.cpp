#include "data/condition.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"

namespace pertscale {

namespace {

std::vector<std::string> tokens_of(std::string_view label, std::string const& separator) {
  std::vector<std::string> tokens;
  if (separator.empty()) return {std::string(label)};
  std::size_t start = 0;
  while (true) {
    std::size_t const end = label.find(separator, start);
    tokens.emplace_back(trim(label.substr(start, end - start)));
    if (end == std::string_view::npos) return tokens;
    start = end + separator.size();
  }
}

}  // namespace

Condition parse_condition(std::string_view label, ConditionGrammar const& grammar) {
  auto const is_control_name = [&](std::string const& token) {
    return std::find(grammar.control.begin(), grammar.control.end(), token) !=
           grammar.control.end();
  };
  Condition condition{std::string(label), {}};
  if (is_control_name(condition.name)) return condition;
  for (auto& token : tokens_of(label, grammar.separator)) {
    if (token.empty())
      throw UserError(
          fmt::format("condition '{}' has an empty part around '{}'; set separator to what joins "
                      "the genes of a "
                      "double, or leave its value empty if none does",
                      label, grammar.separator));
    if (!is_control_name(token)) condition.targets.push_back(std::move(token));
  }
  std::sort(condition.targets.begin(), condition.targets.end());
  return condition;
}

std::string condition_key(Condition const& condition, ConditionGrammar const& grammar) {
  if (condition.is_control()) return {};
  if (!grammar.merge_orders) return condition.name;
  return join(condition.targets, std::string_view("\0", 1));
}

}  // namespace pertscale
