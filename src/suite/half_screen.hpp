#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "data/screen.hpp"
#include "suite/dataset.hpp"
#include "suite/moments.hpp"

namespace pertscale {

/// A screen of cells, halved: what calibration takes as truth and as technical duplicate.
struct HalvedScreen {
  Screen truth;  ///< first halves of perturbed conditions, all cells of control; means only
  ProfileTable second_mean;  ///< second halves, rows of Labels x genes; else NaN
  /// The same shape, unbiased, of both halves; empty unless they were asked for.
  ProfileTable first_variance, second_variance;
  std::vector<std::int64_t> second_cells;  ///< 0: control, or too few cells to be halved

  bool halved(std::size_t row) const { return second_cells[row] > 0; }
  /// Of every table.
  void release_pages() const {
    truth.release_pages();
    for (auto const* table : {&second_mean, &first_variance, &second_variance})
      table->release_pages();
  }
};

/// Of a study, by dataset; none where it has no calibration.
using HalvedScreens = std::vector<std::optional<HalvedScreen>>;

struct HalvingOptions {
  std::int64_t seed = 0;
  bool variance = false;  ///< of the halves too, for tests
};

/// Halves of every perturbed row of at least two cells (half_groups), in the screen's genes; with
/// matched controls shifted as the whole condition is. `genes`: numbers of the screen's genes among
/// the dataset's. From the cache or streamed into it by all ranks; every rank maps the same files.
/// Collective. The dataset has cells.
HalvedScreen prepare_halves(Dataset const& dataset, Screen const& screen,
                            std::vector<std::size_t> const& genes, HalvingOptions const& halving,
                            Communicator const& comm, std::filesystem::path const& cache,
                            MomentOptions const& options);

}  // namespace pertscale
