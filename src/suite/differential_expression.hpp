#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "suite/de_options.hpp"
#include "suite/gene_entries.hpp"

namespace pertscale {

/// Where the tables go and what may be used on the way.
struct DeRun {
  DeOptions options;
  std::filesystem::path out;  ///< folder of de.h5ad and de.csv; made if need be
  bool csv = false;
  std::uint64_t memory = std::uint64_t{1} << 30;  ///< bound of one rank, bytes
  std::function<bool()> stop = [] { return false; };
};

/// Tests every perturbation of a screen, gene by gene, and writes `de.h5ad` (and `de.csv`) by
/// rename. The same bytes for any number of ranks, memory bound and order of the cells. Returns a
/// text of what was done. UserError as `check_de`. Collective.
std::string differential_expression(Dataset const& dataset, Communicator const& comm,
                                    DeRun const& run);

}  // namespace pertscale
