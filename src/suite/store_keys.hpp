#pragma once
#include <string>

#include "suite/dataset.hpp"

/// What a screen store says of how it was made, so that it alone gives the results of its source.
namespace pertscale {

/// Name of the obs column in which a store of counts keeps library sizes.
inline constexpr char const* library_size_name = "library_size";

/// The keys of a dataset file that reads the store as the source was read, `key = value` a line:
/// the filters are done with, so they are not among them.
std::string store_keys(Dataset const& dataset);
/// Every key that the store was made with, a line each, and `where` lines.
std::string made_with_keys(DatasetSpec const& spec);

/// The obs column of the contexts in a store: the source's, or a new one where files were contexts.
std::string store_context_column(Dataset const& dataset);
/// Columns of obs that the dataset uses, by the source's names: sorted.
std::vector<std::string> used_obs_columns(DatasetSpec const& spec);

/// The key's value among lines that store_keys or made_with_keys wrote; empty where it is not.
std::string key_of(std::string const& lines, std::string const& key);

/// If the screen is one file and that a store, gives keys that the user did not the values of the
/// store; stores among several files are read as any h5ad. Rank 0
/// reads; collective.
void take_store_keys(DatasetSpec& spec, Communicator const& comm);

}  // namespace pertscale
