#pragma once
#include "io/h5ad_writer.hpp"

namespace pertscale {

/// Writes `frame` as the dataframe `name` (encoding dataframe 0.2.0) of `root`.
void write_frame(Hdf5Output const& root, std::string const& name, OutputFrame const& frame);

}  // namespace pertscale
