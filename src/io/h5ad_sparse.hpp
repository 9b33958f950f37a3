#pragma once
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/h5ad_matrix.hpp"

namespace pertscale {

/// A csr or csc matrix. Explicit zeros are kept; the order within a row (column) is the file's.
/// "Line" below is a row of a csr and a column of a csc matrix.
class SparseMatrix : public H5adMatrix {
 public:
  SparseMatrix(Hdf5File const& file, std::string const& name, MatrixAxes axes);
  std::vector<MatrixSlab> slabs(std::uint64_t bytes) const override;
  void read(MatrixSlab const& slab, MatrixBlock& block) const override;
  void prefetch(MatrixSlab const& slab) const override;

 private:
  bool by_column() const { return info_.layout == MatrixInfo::Layout::csc; }
  std::int64_t lines() const { return by_column() ? info_.columns : info_.rows; }
  std::int64_t extent() const { return by_column() ? info_.rows : info_.columns; }
  char const* line_word() const { return by_column() ? "column" : "row"; }
  char const* minor_word() const { return by_column() ? "row" : "column"; }
  std::int64_t start(std::int64_t line) const { return starts_[static_cast<std::size_t>(line)]; }

  void read_layout();
  void read_shape();
  void check_starts() const;

  std::uint64_t cache(Hdf5Dataset const& dataset, std::uint64_t bytes) const;
  std::uint64_t taken(CachedDataset const& dataset, std::uint64_t bytes) const;
  std::int64_t slab_end(std::int64_t first, std::int64_t last) const;
  /// Makes room for a slab and starts the threads on those of its chunks that can be had raw.
  void begin(MatrixSlab const& slab, MatrixBlock& block) const;
  /// Reads what `begin` did not, and checks all.
  void complete(MatrixSlab const& slab, MatrixBlock& block) const;
  void abandon() const;
  void take_values(void const* from, std::int64_t at, std::int64_t count, MatrixBlock& block) const;
  void take_indices(void const* from, std::int64_t at, std::int64_t count,
                    MatrixBlock& block) const;
  /// Reads `count` numbers from `first` piece by piece; `take(numbers, at, count)` has each.
  template <class Take>
  void read_pieces(CachedDataset const& dataset, std::int64_t first, MatrixSlab const& slab,
                   Take&& take) const;

  [[noreturn]] void refuse_index(std::int64_t index, std::size_t at,
                                 MatrixBlock const& block) const;
  void check_lines(MatrixBlock const& block) const;
  void check_repeats(MatrixBlock const& block, std::int64_t line,
                     std::vector<std::int32_t>& last_seen) const;

  std::vector<std::int64_t> starts_;  ///< indptr
  mutable MatrixBlock ahead_;         ///< the slab that is being prefetched
  mutable std::optional<MatrixSlab> pending_;
  mutable std::atomic<bool> strange_{false};  ///< a value was NaN or infinite
  CachedDataset values_, indices_;            ///< last: their threads write to what is above
};

}  // namespace pertscale
