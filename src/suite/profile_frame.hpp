#pragma once
#include <span>

#include "data/labels.hpp"
#include "io/h5ad_writer.hpp"

namespace pertscale {

/// obs of a file of profiles: index `CONTEXT/CONDITION` (or the condition alone), columns
/// condition, context, cells; one row for each of these rows of Labels.
OutputFrame profile_frame(Labels const& labels, std::span<std::size_t const> rows);

}  // namespace pertscale
