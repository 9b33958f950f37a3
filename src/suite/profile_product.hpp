#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/profile_table.hpp"
#include "suite/moments.hpp"

namespace pertscale {

/// The product of `prepare`: up to three tables of rows x genes (mean, variance, non-zero fraction)
/// in one file, written once by rename and mapped read-only by every rank, so that a node holds it
/// once.
struct ProfileTables {
  ProfileTable mean, variance, nonzero;
};

/// Writes a product tile by tile. Until `finish` nothing stands under `path`; a writer that goes
/// out of scope before leaves nothing behind.
class ProfileProductWriter {
 public:
  ProfileProductWriter(std::filesystem::path path, std::string const& identity, std::size_t rows,
                       std::size_t genes);
  ~ProfileProductWriter();
  ProfileProductWriter(ProfileProductWriter const&) = delete;
  ProfileProductWriter& operator=(ProfileProductWriter const&) = delete;

  void write(MomentTile const& tile);
  /// Syncs, and renames to the path.
  void finish();

 private:
  void put(void const* bytes, std::size_t count, std::uint64_t offset);
  void put_rows(int table, std::size_t first_row, Matrix const& rows);

  std::filesystem::path path_, temporary_;
  std::size_t rows_, genes_;
  int file_ = -1;
};

/// Maps a product; empty where there is none, or it is of another identity or size, or (with
/// `verify`) its tables are not what was written.
std::optional<ProfileTables> map_profile_product(std::filesystem::path const& path,
                                                 std::string const& identity, std::size_t rows,
                                                 std::size_t genes, bool verify);

/// These columns of a matrix of rows x genes; none: all.
Matrix chosen_columns(Matrix const& rows, std::vector<std::size_t> const& genes);

/// Bytes of a product on disk.
double product_bytes(std::size_t rows, std::size_t genes);

}  // namespace pertscale
