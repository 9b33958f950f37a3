#pragma once
#include <algorithm>
#include <utility>
#include <vector>

#include "suite/library_sizes.hpp"
#include "suite/sorted_cells.hpp"

namespace pertscale {

/// Oracle of the store: every kept cell in memory, sorted.
class PlainSortedCells : public SortedCells {
 public:
  PlainSortedCells(Dataset const& dataset, Communicator const& comm)
      : starts_(dataset.labels.rows().size() + 1, 0) {
    CellSource const source(dataset);
    PassReport report;
    auto const sizes = library_sizes(dataset, source, comm, {}, report);
    std::vector<std::size_t> order;
    for (std::size_t cell = 0; cell < dataset.row_of_cell.size(); ++cell)
      if (dataset.row_of_cell[cell] >= 0) order.push_back(cell);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return dataset.row_of_cell[a] < dataset.row_of_cell[b];
    });
    std::vector<std::vector<std::pair<std::int32_t, double>>> values(dataset.row_of_cell.size());
    MatrixBlock block;
    for (auto const& slab : source.slabs(std::uint64_t{64} << 20)) {
      source.read(slab, block);
      for_each_value(block, [&](std::int64_t cell, std::int64_t gene, double value) {
        if (value == 0) return;
        values[static_cast<std::size_t>(cell)].emplace_back(
            static_cast<std::int32_t>(gene),
            sizes.counts() ? sizes.log_normalised(value, cell) : value);
      });
    }
    for (auto const cell : order) {
      ++starts_[static_cast<std::size_t>(dataset.row_of_cell[cell]) + 1];
      std::sort(values[cell].begin(), values[cell].end());
      cells_.push_back(std::move(values[cell]));
    }
    for (std::size_t row = 1; row < starts_.size(); ++row) starts_[row] += starts_[row - 1];
  }

  std::vector<std::int64_t> const& starts() const override { return starts_; }

  void read(std::int64_t first, std::int64_t last, MatrixBlock& block) const override {
    block = {};
    block.first = first;
    block.offsets = {0};
    for (auto cell = first; cell < last; ++cell) {
      for (auto const& [gene, value] : cells_[static_cast<std::size_t>(cell)]) {
        block.minor.push_back(gene);
        block.values.push_back(value);
      }
      block.offsets.push_back(static_cast<std::int64_t>(block.values.size()));
    }
  }

 private:
  std::vector<std::int64_t> starts_;
  std::vector<std::vector<std::pair<std::int32_t, double>>> cells_;
};

}  // namespace pertscale
