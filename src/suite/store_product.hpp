#pragma once
#include <functional>

#include "suite/dataset.hpp"
#include "suite/moments.hpp"

namespace pertscale {

/// Is the dataset a screen store of which every cell is kept, and are its values normalised as when
/// it was made? Then the store's own order and moments are the dataset's. On one rank.
bool is_own_store(Dataset const& dataset);

/// Hands the moments of such a store to `sink`, as stream_moments would. On one rank.
MomentReport read_store_moments(Dataset const& dataset, MomentOptions const& options,
                                std::function<void(MomentTile const&)> const& sink);

}  // namespace pertscale
