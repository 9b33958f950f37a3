#pragma once
#include <string>
#include <string_view>
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

/// Control rows of every context, ascending.
std::vector<std::size_t> control_rows(Labels const& labels);

/// `single`, `double`, `triple`, `order4` ...
std::string order_label(Condition const& condition);

/// The order label of every condition: the groups of protocols that know no finer ones.
std::vector<std::string> order_labels(Labels const& labels);

/// Perturbed conditions (control left out) in code-point order of their spelling.
std::vector<std::size_t> perturbed_conditions(Labels const& labels);

/// Distinct targets of the given conditions, sorted by code point.
std::vector<std::string> targets_of(Labels const& labels,
                                    std::vector<std::size_t> const& conditions);

/// `of` without the members of `taken`, in the order of `of`.
std::vector<std::size_t> without(std::vector<std::size_t> const& of,
                                 std::vector<std::size_t> const& taken);

/// Throws UserError if no perturbation is trained on or none is scored: the screen is too small.
void require_both_sides(ConditionSplit const& split, bool with_validation,
                        std::string_view protocol, std::string_view dataset);

}  // namespace pertscale
