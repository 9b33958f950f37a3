#pragma once
#include <filesystem>
#include <string>

#include "parallel/communicator.hpp"
#include "suite/dataset.hpp"
#include "suite/moments.hpp"

namespace pertscale {

/// What is in a screen, and what was left out of it and why, a line each.
std::string screen_text(Dataset const& dataset);

/// Streams a screen once, checks every value, and returns what is in it, a line each. Writes
/// nothing, unless `pseudobulk` is not empty: then that file, with scratch data beside it: AnnData,
/// one row a condition and context, X = mean of the normalised values, layers `variance` (unbiased)
/// and `nonzero` (fraction), obs `condition`, `context`, `cells`; with control-matching = batch
/// also the layer `control`, the control mean in the batches of each row.
std::string ingest_screen(Dataset const& dataset, Communicator const& comm,
                          MomentOptions const& options, std::filesystem::path const& pseudobulk);

}  // namespace pertscale
