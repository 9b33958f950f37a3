#include "data/features.hpp"

namespace pertscale {

std::optional<std::size_t> FeatureTable::find(std::string_view name) const {
  auto const found = rows_.find(std::string(name));
  if (found == rows_.end()) return std::nullopt;
  return found->second;
}

std::optional<Vector> FeatureTable::row_of_targets(std::string_view targets) const {
  if (targets.empty()) return control.value_or(Vector::Zero(values.cols()));
  auto const row = find(targets);
  if (!row) return std::nullopt;
  return values.row(static_cast<Eigen::Index>(*row)).transpose();
}

void FeatureTable::index_names() {
  rows_.clear();
  for (std::size_t i = 0; i < names.size(); ++i) rows_.emplace(names[i], i);
}

}  // namespace pertscale
