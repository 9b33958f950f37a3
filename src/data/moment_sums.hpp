#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/sums.hpp"
#include "data/matrix.hpp"

namespace pertscale {

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

  void add(std::size_t group, std::size_t gene, double value) {
    std::size_t const at = group * genes_ + gene;
    sums_[at] += sum_grid_[group].encode(value);
    squares_[at] += square_grid_[group].encode(value * value);
    nonzero_[at] += value != 0 ? 1 : 0;
  }

  /// The raw sums, for a reduction over ranks.
  std::span<std::int64_t> sums() { return sums_; }
  std::span<std::int64_t> squares() { return squares_; }
  std::span<std::int32_t> nonzero() { return nonzero_; }

  /// Means, unbiased variances (NaN for a single cell) and non-zero fractions; each groups x genes.
  Matrix mean() const;
  Matrix variance() const;
  Matrix nonzero_fraction() const;

 private:
  std::vector<std::int64_t> cells_;
  std::size_t genes_;
  std::vector<FixedPoint> sum_grid_, square_grid_;  ///< one a group
  std::vector<std::int64_t> sums_, squares_;
  std::vector<std::int32_t> nonzero_;
};

/// Sum and sum of squares of expm1(value) over all cells, a gene each: what the seurat flavour of
/// highly variable genes needs. 128-bit fixed point with 2^-40 steps: exact in any order.
class DispersionSums {
 public:
  __extension__ using Wide = __int128;
  explicit DispersionSums(std::size_t genes) : sums_(genes), squares_(genes) {}
  void add(std::size_t gene, double expm1_value) {
    sums_[gene] += static_cast<Wide>(expm1_value * 0x1p40 + 0.5);
    squares_[gene] += static_cast<Wide>(expm1_value * expm1_value * 0x1p40 + 0.5);
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
