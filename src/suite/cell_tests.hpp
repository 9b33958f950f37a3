#pragma once
#include <cstdint>
#include <vector>

#include "data/matrix.hpp"
#include "statistics/radix_sort.hpp"
#include "statistics/welch.hpp"
#include "suite/de_options.hpp"

namespace pertscale {

/// Cells that others are compared with, by gene: the values other than 0.
class ReferenceColumns {
 public:
  /// `stored`: how many values each gene will get.
  ReferenceColumns(std::int64_t cells, std::vector<std::size_t> const& stored);

  void add(std::size_t gene, double value);
  std::int64_t cells() const { return cells_; }
  std::size_t genes() const { return ends_.size(); }
  /// Keys of the gene's values, in no order.
  std::span<std::uint64_t const> keys(std::size_t gene) const {
    return {keys_.data() + starts_[gene], ends_[gene] - starts_[gene]};
  }

 private:
  std::int64_t cells_;
  std::vector<std::size_t> starts_, ends_;
  std::vector<std::uint64_t> keys_;
};

/// Tests of one set of cells, a value a gene; NaN where there is no test.
struct CellTests {
  std::vector<double> score, log2fc, pvalue;
};

/// Rank-sum tests of cells x genes against the reference: the functions of `pertscale de` with two
/// groups.
CellTests rank_cells(ReferenceColumns const& reference, Matrix const& cells,
                     DeOptions const& options);

/// t-tests and geometric fold changes from moments of the log values, one a gene.
CellTests test_moments(std::vector<SampleMoments> const& cells,
                       std::vector<SampleMoments> const& reference, DeOptions const& options);

/// Student's t-test of equal variances with the reference's variance for both sides, n1 + n0 - 2
/// degrees of freedom (PerturBench, use_control_variance): what cells of no variance can be tested
/// by.
CellTests test_control_variance(std::vector<SampleMoments> const& cells,
                                std::vector<SampleMoments> const& reference,
                                DeOptions const& options);

/// Mean and unbiased variance of each column.
std::vector<SampleMoments> column_moments(Matrix const& cells);

}  // namespace pertscale
