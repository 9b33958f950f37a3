#pragma once
#include <functional>

#include "suite/dataset.hpp"
#include "suite/moments.hpp"

namespace pertscale {

/// Is the dataset a screen store of which every cell is kept, and are its values normalised as when
/// it was made? Then the store's own order and moments are the dataset's. On one rank.
bool is_own_store(Dataset const& dataset);

/// Are the profiles of the dataset's rows such a store's own, so that no cell is read for them? Not
/// where the most variable genes are chosen, which needs sums that no store keeps. On one rank.
bool takes_store_moments(Dataset const& dataset);

/// Hands the moments of such a store to `sink`, as stream_moments would. On one rank.
MomentReport read_store_moments(Dataset const& dataset, MomentOptions const& options,
                                std::function<void(MomentTile const&)> const& sink);

/// Is the dataset such a store, and are the groups the halves whose means it keeps? On one rank.
bool has_store_halves(Dataset const& dataset, CellGroups const& groups);

/// Hands the means of those halves to `sink` (no variance, no nonzero), the same bits as
/// stream_group_moments would. On one rank.
void read_store_halves(Dataset const& dataset, CellGroups const& groups,
                       MomentOptions const& options,
                       std::function<void(MomentTile const&)> const& sink);

}  // namespace pertscale
