#pragma once
#include "io/store_writer.hpp"
#include "suite/store_scatter.hpp"

namespace pertscale {

/// The matrix of the store of a dataset: offsets, value type and groups.
StoreShape store_shape(Dataset const& dataset, SortedOrder const& order,
                       ScatteredCells const& cells);

/// obs, var and provenance of the store, read from the files of the dataset. Runs on one rank.
StoreContent store_content(Dataset const& dataset, SortedOrder const& order,
                           ScatteredCells const& cells, std::string const& program);

/// Seed of the halves in a store.
inline constexpr std::int64_t store_half_seed = 0;

}  // namespace pertscale
