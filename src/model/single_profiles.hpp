#pragma once
#include <map>
#include <optional>
#include <string>

#include "data/training_view.hpp"

namespace pertscale {

/// The training conditions that perturb one gene alone, by that gene.
class SingleProfiles {
 public:
  SingleProfiles() = default;
  explicit SingleProfiles(TrainingView const& training);

  /// The gene's row of TrainingView::profiles. Where a screen keeps `A+ctrl` and `ctrl+A` apart the
  /// one that begins with the gene is taken, as Systema does.
  std::optional<Eigen::Index> row(std::string const& gene) const;

 private:
  std::map<std::string, std::size_t> row_of_;
};

}  // namespace pertscale
