#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "solver/products.hpp"

namespace pertscale {

/// The samples of a tree's node, numbered 0, 1 ..., with their block of the weighted Gram matrix
/// A_ij = w_i y_i'y_j w_j, symmetric to the bit. All that a split's gain needs of the outputs.
class GramBlock {
 public:
  GramBlock() = default;
  /// The rows of positive weight. `gram` is rows x rows, both halves.
  GramBlock(RowMatrix const& gram, std::span<double const> weights);

  int size() const { return size_; }
  /// A row of A; behind its size() values there are others, all finite, up to padded().
  double const* row(int i) const { return values_.data() + size_t(i) * stride_; }
  std::size_t padded() const { return (size_t(size_) + 7) / 8 * 8; }
  int source(int i) const { return samples_[size_t(i)].source; }
  double weight(int i) const { return samples_[size_t(i)].weight; }
  double norm(int i) const { return samples_[size_t(i)].norm; }    ///< w_i |y_i|^2
  double reach(int i) const { return samples_[size_t(i)].reach; }  ///< sum of row i of A

  double total_weight() const;
  double total_norm() const;
  double total_reach() const;  ///< sum of all of A

  /// How the samples part when some leave: those number anew in their own order; of those that stay
  /// the last fill the gaps.
  struct Parting {
    std::vector<std::int32_t> leaving;  ///< ascending
    std::vector<char> leaves;           ///< of each sample
    std::vector<std::int32_t> place;    ///< of each sample: its number in the block that gets it
    std::vector<std::pair<int, int>> moves;  ///< into the gaps: from, to
  };
  Parting parting(std::vector<std::int32_t> leaving) const;
  GramBlock copy_of_leaving(Parting const& parting) const;
  void drop_leaving(Parting const& parting);

 private:
  struct Sample {
    int source;
    double weight, norm, reach;
  };
  double* row(int i) { return values_.data() + size_t(i) * stride_; }

  int size_ = 0;
  std::size_t stride_ = 0;
  std::vector<double> values_;
  std::vector<Sample> samples_;
};

}  // namespace pertscale
