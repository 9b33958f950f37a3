#include "data/gene_match.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace pertscale {

namespace {

/// First column of each name.
using FirstColumns = std::unordered_map<std::string_view, std::size_t>;

FirstColumns first_columns(std::vector<std::string> const& names) {
  FirstColumns out;
  out.reserve(names.size());
  for (std::size_t column = 0; column < names.size(); ++column) out.emplace(names[column], column);
  return out;
}

}  // namespace

bool GeneMatch::complete(std::size_t file) const {
  if (gene_of_column.empty()) return true;
  auto const& map = gene_of_column[file];
  return std::find(map.begin(), map.end(), -1) == map.end();
}

GeneMatch match_genes(std::vector<std::vector<std::string>> const& columns) {
  GeneMatch match;
  bool const same = std::all_of(columns.begin(), columns.end(),
                                [&](auto const& names) { return names == columns.front(); });
  if (same) {
    match.genes = columns.front();
    return match;
  }
  std::vector<FirstColumns> firsts;
  for (auto const& names : columns) {
    firsts.push_back(first_columns(names));
    match.gene_of_column.emplace_back(names.size(), -1);
  }
  for (std::size_t column = 0; column < columns.front().size(); ++column) {
    auto const& name = columns.front()[column];
    bool const common =
        firsts.front().at(name) == column &&
        std::all_of(firsts.begin(), firsts.end(), [&](auto const& f) { return f.contains(name); });
    if (!common) continue;
    auto const gene = static_cast<std::int32_t>(match.genes.size());
    match.genes.push_back(name);
    for (std::size_t file = 0; file < columns.size(); ++file)
      match.gene_of_column[file][firsts[file].at(name)] = gene;
  }
  return match;
}

}  // namespace pertscale
