#pragma once
#include <cstdint>

#include "suite/moments.hpp"

namespace pertscale {

/// Reads a pseudobulk file on one rank: rows of one condition and context are averaged in file
/// order, weighted by their cells. `variance` is filled from the layer of that name where no two
/// rows are merged.
MomentTile read_profile_rows(Dataset const& dataset, std::uint64_t slab_bytes);

}  // namespace pertscale
