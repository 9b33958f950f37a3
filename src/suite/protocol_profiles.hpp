#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "suite/dataset.hpp"
#include "suite/moments.hpp"
#include "suite/study.hpp"

namespace pertscale {

/// Does a protocol of the study look at expression? Else labels are enough to plan it.
bool splits_by_expression(Study const& study);

/// Gives every dataset that such a protocol applies to its profiles (Dataset::profiles), made in
/// `cache` or taken from there; without a cache in a scratch folder that is removed, while the
/// profiles stay mapped. Returns a line that says so, or nothing. Collective.
std::string give_profiles(Study const& study, std::vector<Dataset>& datasets,
                          Communicator const& comm, std::filesystem::path const& cache,
                          MomentOptions const& options);

/// Does a protocol of a study apply to a dataset (its `datasets=`)?
bool applies(StudyProtocol const& protocol, Dataset const& dataset);

/// The splits of one protocol on one dataset, with its profiles where they are needed. Adds to the
/// dataset's notes what the protocol tells people.
std::vector<PerturbationSplit> splits_of(StudyProtocol const& protocol, Dataset& dataset);

/// `s = 0.3, train = 32, test = 8, overlap = -14.2`; empty where a split has no facts.
std::string facts_text(PerturbationSplit const& split);

}  // namespace pertscale
