#pragma once
#include <cstddef>
#include <string>
#include <unordered_map>

#include "io/feature_file.hpp"

namespace pertscale {

/// Other names of genes: Ensembl id -> symbol, previous symbol -> symbol.
using GeneMap = std::unordered_map<std::string, std::string>;

/// A table of two columns (csv or tsv, also .gz): name, other name; a header line is one line more
/// (it names nothing that a file of features holds). A row whose other name is empty is left out.
/// UserError: another number of columns, no rows, a name with two different other names.
GeneMap read_gene_map(std::string const& path);

struct RenamedGenes {
  std::size_t renamed = 0;  ///< names that the map changed
  std::size_t unknown = 0;  ///< names that the map does not have; they stay as they are
};

/// Renames the names of `file`, which was read from `path`, through `map`. UserError where two
/// names become one.
RenamedGenes rename_genes(FeatureFile& file, GeneMap const& map, std::string const& path);

}  // namespace pertscale
