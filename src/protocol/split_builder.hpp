#pragma once
#include <string>
#include <vector>

#include "protocol/protocol.hpp"

namespace pertscale {

/// Condition numbers of one split; what most protocols draw before contexts come in.
struct ConditionSplit {
  std::vector<std::size_t> train, validation, test;
  std::vector<std::string> groups;  ///< one a condition
};

/// Spreads a split of conditions over every context, and adds the control rows to `train`.
PerturbationSplit over_contexts(Labels const& labels, ConditionSplit const& split,
                                std::string name);

/// `single`, `double`, `triple`, `order4` ...
std::string order_label(Condition const& condition);

/// Perturbed conditions (control left out) in code-point order of their spelling.
std::vector<std::size_t> perturbed_conditions(Labels const& labels);

}  // namespace pertscale
