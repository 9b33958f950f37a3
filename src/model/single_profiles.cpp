#include "model/single_profiles.hpp"

#include <utility>

namespace pertscale {

SingleProfiles::SingleProfiles(TrainingView const& training) {
  auto const preference = [](Condition const& single) {
    return std::pair(!single.name.starts_with(single.targets.front()), single.name);
  };
  for (std::size_t i = 0; i < training.size(); ++i) {
    auto const& condition = training.conditions[i];
    if (condition.order() != 1) continue;
    auto const [at, fresh] = row_of_.emplace(condition.targets.front(), i);
    if (!fresh && preference(condition) < preference(training.conditions[at->second]))
      at->second = i;
  }
}

std::optional<Eigen::Index> SingleProfiles::row(std::string const& gene) const {
  auto const found = row_of_.find(gene);
  if (found == row_of_.end()) return std::nullopt;
  return static_cast<Eigen::Index>(found->second);
}

}  // namespace pertscale
