#pragma once
#include <memory>

#include "suite/cell_source.hpp"
#include "suite/gene_entries.hpp"
#include "suite/library_sizes.hpp"
#include "suite/moments.hpp"

namespace pertscale {

/// Rank groups of a screen: its rows, or its rows within batches.
struct CellDesign {
  RankDesign design;
  std::vector<std::int32_t> group_of_cell;  ///< by row of the matrix; -1: left out
};

/// A context is one stratum, or one a batch. With `control_apart` the control cells of a context
/// are a stratum of their own, so that they are not among the rest of any row.
CellDesign cell_design(Dataset const& dataset, bool by_batch, bool control_apart = false);

/// The cells of a dataset, log-normalised (of counts, where `per_million`:
/// log_per_million), as a source of entries. Reads library sizes first where
/// the values are counts (one pass). Reading throws Stopped when asked to. `dataset` must outlive
/// the source. Collective.
EntrySource cell_entries(Dataset const& dataset, std::vector<std::int32_t> group_of_cell,
                         Communicator const& comm, MomentOptions const& options,
                         bool per_million = false);

}  // namespace pertscale
