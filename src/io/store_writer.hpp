#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "io/h5ad_writer.hpp"
#include "io/hdf5_parallel.hpp"
#include "io/store_layout.hpp"
#include "io/store_seal.hpp"

/// Writing a screen store (docs/store.md), in this order: create_store on one rank, the values and
/// moments by all ranks through ParallelHdf5, finish_store on one rank. The bytes depend on what is
/// written only.
namespace pertscale {

/// What a store says besides its matrix.
struct StoreContent {
  OutputFrame obs;  ///< cells in the order of the store
  OutputFrame var;
  std::vector<std::pair<std::string, std::string>> texts;  ///< provenance, by name
  std::vector<std::pair<std::string, double>> numbers;
};

/// Creates the file with everything but values, moments and checksums, and takes all of its bytes
/// from the disk at once where the file system can. Returns where values and moments lie. Throws
/// UserError (no space, no rights).
std::vector<ByteRange> create_store(std::string const& path, StoreShape const& shape,
                                    StoreContent const& content);

/// Checksums that are known once all is written.
struct StoreChecks {
  std::vector<std::int64_t> data, indices;  ///< of each piece
  std::vector<std::int64_t> moments;        ///< of each row and table, rows x tables
};

/// Writes the checksums, seals the file and syncs it: only now it is a store.
void finish_store(std::string const& path, StoreChecks const& checks,
                  std::vector<ByteRange> const& bulk);

/// Values and genes of consecutive cells that one rank writes; `values` holds float or double as
/// the shape says.
struct StoreBlock {
  std::int64_t first_value = 0;
  std::int64_t count = 0;
  void const* values = nullptr;
  std::int32_t const* genes = nullptr;
};

/// Collective: one block a rank, of any size.
void write_store_values(ParallelHdf5& file, StoreShape const& shape, StoreBlock const& block);

/// Rows of one table of moments; int64 for raw_sum of counts, else double.
struct MomentBlock {
  std::int64_t first_row = 0;
  std::int64_t rows = 0;
  void const* values = nullptr;
};

/// Collective.
void write_store_moments(ParallelHdf5& file, StoreShape const& shape, StoreMoment table,
                         MomentBlock const& block);

}  // namespace pertscale
