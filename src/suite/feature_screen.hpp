#pragma once
#include <filesystem>
#include <string>

#include "data/features.hpp"
#include "parallel/communicator.hpp"
#include "suite/feature_spec.hpp"
#include "suite/moments.hpp"

namespace pertscale {

/// What another screen measured, as features of its perturbations: with pca=N the scores U S of its
/// profiles (conditions with control x genes, each gene centred over the conditions, not scaled;
/// control has features of its own; nature-methods-2025, section 3.3), with pca=0 the changes
/// against its control. Names are targets, of combinations joined by + in sorted order. `path` is
/// the screen or its dataset file; profiles are made in `cache`. UserError: several contexts and
/// none named. Collective; the table is filled on every rank.
FeatureTable screen_features(std::string const& path, FeatureSpec const& spec,
                             Communicator const& comm, std::filesystem::path const& cache,
                             MomentOptions const& options);

}  // namespace pertscale
