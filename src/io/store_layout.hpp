#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "io/hdf5_output.hpp"

/// What a screen store holds; docs/store.md describes the file.
namespace pertscale {

inline constexpr std::int64_t store_version = 1;
/// anndata reads neither this group (it refuses unknown ones at the root) nor writes it again, so a
/// store that was changed there is none any more.
inline constexpr char const* store_group = "X/pertscale_store";

/// The cells of one condition in one context: a row of the moments.
struct StoreGroup {
  std::string condition;
  std::string context;
  std::int64_t first_cell = 0;
  std::int64_t cells = 0;
  std::int64_t library_size = 0;  ///< sum over its cells; 0 where values are no counts

  bool operator==(StoreGroup const&) const = default;
};

/// Whole cells whose values are checked together.
struct StorePiece {
  std::int64_t first_cell = 0;
  std::int64_t last_cell = 0;  ///< one past the end
  std::int64_t first_value = 0;
  std::int64_t values = 0;
  std::uint32_t data_crc = 0;     ///< of the values, little-endian as stored
  std::uint32_t indices_crc = 0;  ///< of the genes, 32-bit little-endian

  bool operator==(StorePiece const&) const = default;
};

/// The matrix of a store.
struct StoreShape {
  std::int64_t genes = 0;
  NumberType values = NumberType::float32;  ///< or float64
  bool counts = false;                      ///< raw_sum holds integers
  std::vector<std::int64_t> offsets{0};     ///< first value of each cell, and the end
  std::vector<StoreGroup> groups;

  std::int64_t cells() const { return static_cast<std::int64_t>(offsets.size()) - 1; }
  std::int64_t stored() const { return offsets.back(); }
  std::int64_t value_bytes() const { return values == NumberType::float32 ? 4 : 8; }
};

/// Moments of every group, rows x genes.
enum class StoreMoment { mean, variance, nonzero, raw_sum, half0_mean, half1_mean };
inline constexpr std::array<char const*, 6> store_moment_names{
    "mean", "variance", "nonzero", "raw_sum", "half0_mean", "half1_mean"};

/// Most bytes of a piece, values and genes together; a cell that is larger is a piece of its own.
inline constexpr std::int64_t piece_bytes = std::int64_t{2} << 20U;

/// Cuts a store into pieces: runs of whole groups, or parts of one large group. Depends on the
/// shape only.
std::vector<StorePiece> cut_pieces(StoreShape const& shape);

}  // namespace pertscale
