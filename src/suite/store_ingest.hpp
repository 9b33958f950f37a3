#pragma once
#include <filesystem>
#include <string>

#include "suite/store_build.hpp"

/// What `pertscale ingest --out` and `--check` say.
namespace pertscale {

/// What is in the screen and what making its store will take, a line each. UserError where the disk
/// has too little space. Collective.
std::string store_plan_text(Dataset const& dataset, Communicator const& comm,
                            std::filesystem::path const& target);

/// Makes the store; what it took, a line each. Collective.
std::string ingest_store(Dataset const& dataset, Communicator const& comm,
                         std::filesystem::path const& target, StoreOptions const& options);

/// Reads every byte of a store and compares it with its checksums, pieces spread over the ranks.
/// One line; UserError with what is damaged. Collective.
std::string check_store(std::filesystem::path const& path, Communicator const& comm);

/// The spec that reads a store as its source was read.
DatasetSpec spec_of_store(DatasetSpec const& source, std::filesystem::path const& path);

}  // namespace pertscale
