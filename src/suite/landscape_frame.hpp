#pragma once
#include "io/h5ad_writer.hpp"
#include "suite/landscape_parts.hpp"

namespace pertscale {

/// obs of landscape.h5ad: the columns of landscape.csv, a row of Labels each.
OutputFrame landscape_frame(Landscape const& landscape);

}  // namespace pertscale
