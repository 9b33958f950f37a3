#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/condition.hpp"
#include "data/labels.hpp"

namespace pertscale {

/// Finds the conditions of a screen by any spelling that means the same: as in the screen, else by
/// the set of targets (`A+B` finds `B+A`, `A` finds `ctrl+A`), and control by any of its names.
/// Where the screen keeps orders apart, a spelling it lacks is not guessed among several.
class ConditionFinder {
 public:
  ConditionFinder(Labels const& labels, ConditionGrammar grammar);
  std::optional<std::size_t> find(std::string_view name) const;

 private:
  ConditionGrammar grammar_;
  std::optional<std::size_t> control_;
  std::map<std::string, std::size_t, std::less<>> by_spelling_;
  std::map<std::vector<std::string>, std::vector<std::size_t>> by_targets_;
};

}  // namespace pertscale
