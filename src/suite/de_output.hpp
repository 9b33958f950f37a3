#pragma once
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "data/labels.hpp"
#include "suite/de_options.hpp"
#include "suite/gene_records.hpp"

namespace pertscale {

/// All that the tables show besides the records.
struct DeTables {
  Labels const& labels;
  DeOptions const& options;
  std::vector<std::string> genes;
  std::vector<std::size_t> rows;  ///< of Labels, those of the records
  /// Batches that hold both sides, and batches without anything to compare with; one a row, empty
  /// where cells are not compared within batches.
  std::vector<std::int64_t> strata{}, without_reference{};
  std::uint64_t memory = std::uint64_t{1} << 30;
};

/// Adjusts the p-values and writes `de.h5ad`, and `de.csv` where asked for, from the records of all
/// ranks; both appear by rename when they are whole. `scratch` is a folder for large sorts.
/// Returns how many genes the gate leaves of how many, over all contexts.
std::pair<std::int64_t, std::int64_t> write_de_tables(DeTables const& tables,
                                                      GeneRecordReader const& records,
                                                      std::filesystem::path const& out, bool csv,
                                                      std::filesystem::path const& scratch);

}  // namespace pertscale
