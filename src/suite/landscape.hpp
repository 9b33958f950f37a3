#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "parallel/communicator.hpp"
#include "statistics/energy_distance.hpp"
#include "suite/dataset.hpp"

namespace pertscale {

struct LandscapeOptions {
  std::filesystem::path out;      ///< folder of the results
  EnergyForm distance{};          ///< of E-distances and E-test
  int runs = 1000;                ///< permutations of the E-test
  std::int64_t seed = 0;          ///< of permutations and halves
  std::int64_t components = 50;   ///< principal components of cells
  std::int64_t pca_genes = 2000;  ///< most variable genes that they are made of
  double min_log2fc = 0;          ///< |log2 fold change| that a DE gene has at least
  std::uint64_t memory = std::uint64_t{1} << 30;
  std::function<bool()> stop = [] { return false; };
  std::function<void(std::string const&)> say = [](std::string const&) {};  ///< a line for the log
};

/// What a screen holds before any model: landscape.csv, landscape-summary.csv and landscape.h5ad
/// in `options.out`. The same bytes for any number of ranks. Collective.
void write_landscape(Dataset const& dataset, LandscapeOptions const& options,
                     Communicator const& comm);

}  // namespace pertscale
