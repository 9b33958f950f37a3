#pragma once
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "core/sums.hpp"
#include "data/matrix.hpp"

namespace pertscale {

/// Groups [first, last) of a tile.
struct GroupRange {
  std::size_t first = 0, last = 0;
};

/// Sums over cells of one tile of groups x genes, in fixed point: adding cells in any order, on any
/// number of ranks, gives the same bits. With n cells of |value| <= bound in a group, a mean is off
/// by less than 2^-(bits+1) (bits = 62 - log2(n bound), at most 52) besides the last rounding; a
/// variance by about 2^-(62 - log2(n bound^2)).
class MomentSums {
 public:
  /// `cells[g]`: how many cells group g of the tile can receive.
  MomentSums(std::vector<std::int64_t> cells, std::size_t genes, double bound);

  std::size_t groups() const { return cells_.size(); }
  std::size_t genes() const { return genes_; }
  /// Bytes of the sums of one group and gene.
  static constexpr std::size_t bytes_per_entry = 8 + 8 + 4;

  /// A value in the fixed point of its group.
  struct Encoded {
    std::int64_t sum, square;
  };

  /// The sums of one group, for the inner loop.
  class Row {
   public:
    Encoded encode(double value) const {
      return {sum_grid_.encode(value), square_grid_.encode(value * value)};
    }
    void add(std::size_t gene, Encoded const& value) {
      *reinterpret_cast<Pair*>(sums_ + 2 * gene) += Pair{value.sum, value.square};
      ++nonzero_[gene];
    }
    /// Asks the processor for the sums of a gene that are soon added to.
    void fetch(std::size_t gene) const {
      __builtin_prefetch(sums_ + 2 * gene, 1);
      __builtin_prefetch(nonzero_ + gene, 1);
    }

   private:
    friend class MomentSums;
    /// Sum and square, added by one instruction.
    typedef long long Pair __attribute__((vector_size(16), aligned(8), may_alias));
    Row(FixedPoint const& sum_grid, FixedPoint const& square_grid, std::int64_t* sums,
        std::int32_t* nonzero)
        : sum_grid_(sum_grid), square_grid_(square_grid), sums_(sums), nonzero_(nonzero) {}
    FixedPoint sum_grid_, square_grid_;  // copies: the compiler keeps them in registers
    std::int64_t* sums_;
    std::int32_t* nonzero_;
  };

  Row row(std::size_t group) {
    return {sum_grid_[group], square_grid_[group], sums_.data() + 2 * group * genes_,
            nonzero_.data() + group * genes_};
  }
  /// Adds one cell's value of a gene; a zero adds nothing.
  void add(std::size_t group, std::size_t gene, double value) {
    Row into = row(group);
    if (value != 0) into.add(gene, into.encode(value));
  }

  /// The raw sums (sum and square of each group and gene side by side), for a reduction over ranks.
  std::span<std::int64_t> sums() { return sums_; }
  std::span<std::int32_t> nonzero() { return nonzero_; }

  /// Means, unbiased variances (NaN for a single cell) and non-zero fractions of some groups; each
  /// groups x genes.
  Matrix mean(GroupRange range) const;
  Matrix variance(GroupRange range) const;
  Matrix nonzero_fraction(GroupRange range) const;

 private:
  std::vector<std::int64_t> cells_;
  std::size_t genes_;
  std::vector<FixedPoint> sum_grid_, square_grid_;  ///< one a group
  std::vector<std::int64_t> sums_;                  ///< sum and square side by side
  std::vector<std::int32_t> nonzero_;
};

/// Sum and sum of squares of expm1(value) over all cells, a gene each: what the seurat flavour of
/// highly variable genes needs. 128-bit fixed point with 2^-40 steps: exact in any order.
class DispersionSums {
 public:
  __extension__ using Wide = __int128;
  explicit DispersionSums(std::size_t genes) : sums_(genes), squares_(genes) {}
  void add(std::size_t gene, double expm1_value) {
    sums_[gene] += static_cast<Wide>(std::rint(expm1_value * 0x1p40));
    squares_[gene] += static_cast<Wide>(std::rint(expm1_value * expm1_value * 0x1p40));
  }
  /// Sums in three limbs of 42 bits a number (for an integer reduction), and back.
  std::vector<std::int64_t> limbs() const;
  void from_limbs(std::span<std::int64_t const> limbs);
  double sum(std::size_t gene) const { return static_cast<double>(sums_[gene]) * 0x1p-40; }
  double square_sum(std::size_t gene) const {
    return static_cast<double>(squares_[gene]) * 0x1p-40;
  }

 private:
  std::vector<Wide> sums_, squares_;
};

}  // namespace pertscale
