#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "suite/dataset.hpp"

namespace pertscale {

/// A piece of one file of a screen, read by one rank at once.
struct CellSlab {
  std::size_t part = 0;
  MatrixSlab slab;
};

/// The matrix of a dataset, whatever number of files it is in. Every call is local to the rank.
class CellSource {
 public:
  /// Opens every file and selects its matrix (`matrix` empty: the dataset's). UserError as
  /// ScreenReader's. `dataset` must outlive the source.
  explicit CellSource(Dataset const& dataset, std::string const& matrix = {});

  /// Slabs of every file, in the order of the files; need at most `bytes` each while being read.
  std::vector<CellSlab> slabs(std::uint64_t bytes) const;
  /// Reads a slab. Rows are numbered over the whole screen, columns are its genes; columns of genes
  /// that are not common to all files are left out. Cells that the dataset leaves out are there.
  void read(CellSlab const& slab, MatrixBlock& block) const;
  /// The same, with every column of the file, numbered as there: for library sizes.
  void read_all_columns(CellSlab const& slab, MatrixBlock& block) const;
  /// Begins to read a slab while the caller works on the one before (see ScreenReader::prefetch).
  void prefetch(CellSlab const& slab) const { readers_[slab.part]->prefetch(slab.slab); }
  /// The smallest `bytes` of `slabs` that cost no speed (see MatrixInfo::small_slab).
  std::uint64_t small_slab() const;
  /// Number of files that have a layer of this name.
  std::size_t files_with_layer(std::string const& name) const;
  std::size_t files() const { return readers_.size(); }

 private:
  Dataset const& data_;
  std::vector<std::unique_ptr<ScreenReader>> readers_;
};

/// Calls f(row, column, value) for every stored value of a block, in its order.
template <class Visit>
void for_each_value(MatrixBlock const& block, Visit&& f) {
  for (std::int64_t i = 0; i < block.count(); ++i) {
    std::int64_t const major = block.major(i);
    auto const begin = static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(i)]);
    auto const end = static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(i) + 1]);
    for (std::size_t k = begin; k < end; ++k) {
      if (block.by_column)
        f(std::int64_t{block.minor[k]}, major, block.values[k]);
      else
        f(major, std::int64_t{block.minor[k]}, block.values[k]);
    }
  }
}

}  // namespace pertscale
