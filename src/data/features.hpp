#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/matrix.hpp"

namespace pertscale {

/// Where values of a feature table came from.
struct FeatureSource {
  std::string path;
  std::string sha256;
};

/// Features of genes or perturbations, in the one form that models know. Made by the suite.
struct FeatureTable {
  std::vector<std::string> names;       ///< of genes or perturbations; unique
  Matrix values;                        ///< names x dimensions, finite
  std::vector<std::string> dimensions;  ///< what the columns are (terms); empty: numbered
  std::optional<Vector> control;  ///< features of control, where the source has some; else zeros
  std::vector<FeatureSource> sources;

  /// Row of a name (the index is made by `index_names`).
  std::optional<std::size_t> find(std::string_view name) const;
  /// Features of a condition by its targets joined by +; of control (no target) its own, else
  /// zeros.
  std::optional<Vector> row_of_targets(std::string_view targets) const;
  void index_names();

 private:
  std::unordered_map<std::string, std::size_t> rows_;
};

}  // namespace pertscale
