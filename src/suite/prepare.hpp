#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "data/screen.hpp"
#include "parallel/communicator.hpp"
#include "suite/dataset.hpp"
#include "suite/moments.hpp"

namespace pertscale {

/// What preparing one dataset took.
struct PrepareReport {
  bool from_cache = false;
  MomentReport moments;
  std::vector<std::size_t> genes{};  ///< numbers of the screen's genes among the dataset's
  std::string chosen{};              ///< how many genes `genes =` keeps; empty: all
};

/// One line for the log: seconds, passes, target sum, and what a user should know of the values.
std::string prepare_text(PrepareReport const& report, double seconds);

/// Hands the moments of a dataset's rows to `sink` on rank 0: a screen store's own where it keeps
/// them (takes_store_moments), else as stream_moments. Collective.
MomentReport row_moments(Dataset const& dataset, Communicator const& comm,
                         MomentOptions const& options,
                         std::function<void(MomentTile const&)> const& sink,
                         DispersionSums* dispersion = nullptr);

/// Pseudobulk profiles of a dataset, from the cache or streamed into it by all ranks; then the
/// read-out genes that `genes =` chooses. Every rank maps the same file.
Screen prepare_screen(Dataset const& dataset, Communicator const& comm,
                      std::filesystem::path const& cache, MomentOptions const& options,
                      PrepareReport* report = nullptr);

}  // namespace pertscale
