#include "data/gene_table.hpp"

#include <algorithm>
#include <unordered_set>

namespace pertscale {

GeneTable::GeneTable(std::vector<std::string> names) : names_(std::move(names)) {
  first_.reserve(names_.size());
  for (std::size_t gene = 0; gene < names_.size(); ++gene) first_.emplace(names_[gene], gene);
}

std::optional<std::size_t> GeneTable::find(std::string_view name) const {
  auto const found = first_.find(std::string(name));
  if (found == first_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> GeneTable::duplicates() const {
  std::vector<std::string> out;
  std::unordered_set<std::string> seen;
  for (std::size_t gene = 0; gene < names_.size(); ++gene)
    if (first_.at(names_[gene]) != gene && seen.insert(names_[gene]).second)
      out.push_back(names_[gene]);
  return out;
}

}  // namespace pertscale
