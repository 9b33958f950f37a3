#pragma once
#include <cstdint>
#include <string>
#include <vector>

/// Reading as plainly as it can be done: what a reader is held against.
namespace pertscale {

/// A rank's share of what all ranks read.
struct Share {
  int rank = 0, ranks = 1;
  std::int64_t first(std::int64_t count) const { return count * rank / ranks; }
  std::int64_t last(std::int64_t count) const { return count * (rank + 1) / ranks; }
};

struct StoredBytes {
  std::int64_t on_disk = 0, decoded = 0;
};

/// Of whole datasets. UserError as Hdf5Dataset's.
StoredBytes stored_bytes(std::string const& path, std::vector<std::string> const& datasets);

/// Reads a share of the bytes of a file with pread, and drops them. UserError where that fails.
void read_file_bytes(std::string const& path, Share const& share);

/// Reads a share of datasets of numbers with H5Dread in whole (rows of) chunks, and drops them.
void read_datasets(std::string const& path, std::vector<std::string> const& datasets,
                   Share const& share);

}  // namespace pertscale
