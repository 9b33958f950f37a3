#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace pertscale {

/// The genes that several files have in common, matched by name.
struct GeneMatch {
  std::vector<std::string> genes{};  ///< in the order of the first file
  /// For each file the gene of each of its columns, or -1. Empty where every file has the same
  /// genes in the same order: then nothing is matched, and genes of one name stay apart.
  std::vector<std::vector<std::int32_t>> gene_of_column{};

  /// Does file `file` keep every column?
  bool complete(std::size_t file) const;
};

/// Matches files by the names of their columns (one list a file, at least one). A name that a file
/// has more than once stands for its first column of that name; the others match nothing.
GeneMatch match_genes(std::vector<std::vector<std::string>> const& columns);

}  // namespace pertscale
