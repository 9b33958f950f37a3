#pragma once
#include <filesystem>

#include "suite/cell_groups.hpp"
#include "suite/profile_product.hpp"

namespace pertscale {

/// Mean, variance and non-zero fraction of each group of cells (groups x all genes of the dataset),
/// from the cache, or put into it: streamed by all ranks, or, of the halves that a screen store
/// keeps, read there (means only; the same bits). Every rank maps the same file. Collective.
/// UserError for pseudobulk files.
ProfileTables group_profiles(Dataset const& dataset, CellGroups const& groups,
                             Communicator const& comm, std::filesystem::path const& cache,
                             MomentOptions const& options);

}  // namespace pertscale
