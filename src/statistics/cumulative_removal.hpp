#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace pertscale {

/// What is left once the most systematic perturbations are taken out.
struct RemovalStep {
  std::int64_t removed = 0;
  double cosine = 0;  ///< mean over the rest
  double score = 0;   ///< mean over the rest
};

/// Perturbations are removed one at a time by falling cosine of their shift with the average shift,
/// equal ones in their order, as long as it is above 0; the first step removes none and the last
/// leaves at least one (Systema: Vinas Torne et al. 2025). One score of one model a perturbation.
/// Perturbations whose cosine or score is not a number are left out.
std::vector<RemovalStep> cumulative_removal(std::span<double const> cosine,
                                            std::span<double const> score);

}  // namespace pertscale
