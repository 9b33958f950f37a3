#pragma once
#include <string>

#include "io/feature_forms.hpp"
#include "io/hdf5_dataset.hpp"

/// The forms of features that are HDF5 files, and what they share.
namespace pertscale {

/// AnnData: a matrix of obsm or varm, or X with obs as names and var as dimensions.
FeatureFile read_h5ad_features(Hdf5File const& file, FeatureFileOptions const& options);
/// An exported embedding: datasets `values` (names x dimensions) and `names` at the root,
/// attributes `kind` (gene or pert), `model`, `layer`, `pool`, `normalised`, `id_space`.
FeatureFile read_exported_embedding(Hdf5File const& file);
/// Has a file those two datasets, and is it no AnnData?
bool is_exported_embedding(Hdf5File const& file);

/// A dataset of names x dimensions as numbers. UserError: another rank, no value, no numbers, a
/// shape that promises more than the file holds.
Matrix dense_features(Hdf5File const& file, std::string const& path);

}  // namespace pertscale
