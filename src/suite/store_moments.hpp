#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "io/hdf5_parallel.hpp"
#include "io/store_layout.hpp"
#include "parallel/communicator.hpp"

namespace pertscale {

/// What the moments of a store are made of.
struct StoreMomentInput {
  std::string path;  ///< the store, its values written
  StoreShape const& shape;
  std::vector<StorePiece> const& pieces;
  double bound = 0;                         ///< of the fixed point, as stream_moments'
  double target = 0;                        ///< library size that counts are scaled to, else 0
  std::vector<std::int64_t> const& totals;  ///< library size of each sorted cell; of counts
  std::vector<std::int8_t> const& half;     ///< 0 or 1 of each sorted cell, -1: its row has one
  bool latent = false;                      ///< raw sums are of the values themselves
  std::uint64_t memory = std::uint64_t{1} << 30U;
  std::function<bool()> stop = [] { return false; };
};

/// Computes the moments of every group from the values of the file, groups spread over ranks, and
/// writes them; values and moments are read back and checked. Mean, variance and nonzero are the
/// bits of stream_moments; halves those of stream_group_moments over half_groups. Returns the
/// checksum of each row and table, on every rank. Collective.
std::vector<std::int64_t> write_moments(StoreMomentInput const& input, Communicator const& comm);

}  // namespace pertscale
