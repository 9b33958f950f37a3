#pragma once
#include <cstdint>
#include <vector>

#include "suite/store_scatter.hpp"

namespace pertscale {

/// Collects ranges of sorted cells from the scratch files.
class CellCollector {
 public:
  /// `offsets`: first value of each sorted cell, and the end. The references must outlive it.
  CellCollector(SortPlan const& plan, ScatteredCells const& cells,
                std::vector<std::int64_t> const& offsets, int ranks);

  /// Genes (ascending within a cell) and values of cells [first, last).
  template <class Value>
  void collect(std::int64_t first, std::int64_t last, std::vector<std::int32_t>& genes,
               std::vector<Value>& values);

 private:
  std::size_t bucket_of(std::int64_t cell) const;

  SortPlan const& plan_;
  std::vector<std::int64_t> const& offsets_;
  std::vector<std::size_t> first_extent_;  ///< of each bucket, in `sorted_`
  std::vector<BucketExtent> sorted_;
  BucketReader reader_;
  std::vector<std::byte> buffer_;
};

}  // namespace pertscale
