#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "io/h5ad_writer.hpp"
#include "io/simulator.hpp"

/// Blocks of a simulated matrix on their way from the rank that drew them to the one that writes.
namespace pertscale {

std::vector<std::byte> pack(SparseBlock const& block);
SparseBlock unpack(std::span<std::byte const> bytes);

/// The rows of `block` as a dense row-major matrix, `genes` wide.
std::vector<float> dense_rows(SparseBlock const& block, std::int64_t genes);

/// log1p(count * 1e4 / total) in place; `totals[i]` is that of row i.
void lognormalise(SparseBlock& rows, std::span<std::int64_t const> totals);
/// Total count of each row.
std::vector<std::int64_t> row_totals(SparseBlock const& rows);

/// Turns rows of a range of genes, given in order, into columns.
class ColumnCollector {
 public:
  explicit ColumnCollector(CellSimulator::Genes genes);
  void add(SparseBlock const& rows);
  SparseBlock columns() const;

 private:
  CellSimulator::Genes genes_;
  std::vector<std::vector<std::int32_t>> rows_;
  std::vector<std::vector<float>> values_;
};

}  // namespace pertscale
