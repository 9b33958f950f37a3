#pragma once
#include <cstdint>
#include <memory>
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
  /// Opens every file and selects its matrix. UserError as ScreenReader's.
  explicit CellSource(Dataset const& dataset);

  /// Slabs of every file, in the order of the files; need at most `bytes` each while being read.
  std::vector<CellSlab> slabs(std::uint64_t bytes) const;
  /// Reads a slab. Rows are numbered over the whole screen, columns are its genes; columns of genes
  /// that are not common to all files are left out. Cells that the dataset leaves out are there.
  void read(CellSlab const& slab, MatrixBlock& block) const;

 private:
  void map_genes(std::vector<std::int32_t> const& gene_of_column, MatrixBlock& block) const;

  Dataset const& data_;
  std::vector<std::unique_ptr<ScreenReader>> readers_;
};

}  // namespace pertscale
