#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace pertscale {

/// A range of a file's bytes.
struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

/// Bytes of the seal, which stands behind the HDF5 part of a screen store (HDF5 does not look
/// there). It is written last: a file without it is unfinished or cut off. It carries the length of
/// the HDF5 part and the CRC-32 of all of it but the bulk (values and moments, which have their own
/// checksums), so that no damaged byte of HDF5's structure reaches HDF5.
inline constexpr std::uint64_t seal_bytes = 4096;

/// Appends the seal to a finished HDF5 file and syncs it. `bulk` (at most 200 ranges) is left out
/// of the checksum. Throws UserError where the file cannot be written.
void write_seal(std::string const& path, std::vector<ByteRange> bulk);

/// Does the file end with something that was a seal?
bool has_seal(std::string const& path);

/// Throws UserError where the file is not, byte for byte outside the bulk, what was sealed.
void check_seal(std::string const& path);

/// UserError "PATH: SENTENCE; make the store anew with pertscale ingest".
[[noreturn]] void refuse_store(std::string const& path, std::string const& sentence);

}  // namespace pertscale
