#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "data/prediction.hpp"
#include "data/profile_table.hpp"

namespace pertscale {

/// A whole prediction that somebody else holds: a row a held-out condition of the task.
struct PredictionTable {
  ProfileTable mean;
  std::vector<Status> status;  ///< where not ok, the row of `mean` means nothing
  Matrix own_control{};        ///< contexts x genes; no row: the prediction brings none
};

/// Valid as long as `prediction` is.
PredictionTable table_of(Prediction const& prediction);

/// A prediction in flight from a fit unit to its score units: written by rename, and mapped by
/// them, so that a node holds it once.
void write_prediction(std::filesystem::path const& path, Prediction const& prediction);
/// Throws InternalError where the file is not whole.
PredictionTable map_prediction(std::filesystem::path const& path);

}  // namespace pertscale
