#pragma once
#include <filesystem>
#include <string>

#include "data/prediction.hpp"

namespace pertscale {

/// A prediction in flight from a fit unit to its score units: written by rename, read by blocks of
/// rows.
void write_prediction(std::filesystem::path const& path, Prediction const& prediction);
/// Rows [first, last). Throws InternalError where the file is not whole.
Prediction read_prediction(std::filesystem::path const& path, std::size_t first, std::size_t last);

}  // namespace pertscale
