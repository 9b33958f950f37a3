#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace pertscale {

/// How a screen spells its conditions.
struct ConditionGrammar {
  std::vector<std::string> control{"ctrl", "control"};  ///< names of the unperturbed condition
  std::string separator = "+";                          ///< A+B is a double; empty: never split
  bool merge_orders = true;  ///< A+B and B+A, A+ctrl and ctrl+A are one condition
};

/// One condition: its spelling in the screen and the genes it perturbs.
struct Condition {
  std::string name;                  ///< as spelled in the screen
  std::vector<std::string> targets;  ///< sorted by code point; empty for control

  bool is_control() const { return targets.empty(); }
  std::size_t order() const { return targets.size(); }
};

/// Splits a label at the separator and drops the control tokens: `A+ctrl` is a single of A,
/// `ctrl` is control. Throws UserError on an empty label or an empty token (`A++B`).
Condition parse_condition(std::string_view label, ConditionGrammar const& grammar);

/// What makes two labels one condition: the sorted targets (or the spelling, where orders are kept
/// apart; control labels are always one).
std::string condition_key(Condition const& condition, ConditionGrammar const& grammar);

}  // namespace pertscale
