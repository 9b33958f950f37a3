#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/vector_loops.hpp"
#include "solver/gram_block.hpp"

namespace pertscale {

/// Sum of rows of a block (of some of its columns), added four at a time: what is read of it
/// between counts those that wait.
class RunningSum {
 public:
  RunningSum(std::vector<double>& sums, std::size_t first, std::size_t last)
      : sums_(sums), first_(first) {
    sums_.assign(last - first, 0);
  }
  RunningSum(std::vector<double>& sums, GramBlock const& block)
      : RunningSum(sums, 0, block.padded()) {}
  void add(double const* row) {
    waiting_[count_++] = row + first_;
    if (count_ < 4) return;
    add_four_to(sums_.data(), waiting_, sums_.size());
    count_ = 0;
  }
  bool holds(std::int32_t column) const { return index(column) < sums_.size(); }
  double at(std::int32_t column) const {
    double sum = sums_[index(column)];
    for (std::size_t k = 0; k < count_; ++k) sum += waiting_[k][index(column)];
    return sum;
  }

 private:
  std::size_t index(std::int32_t column) const { return static_cast<std::size_t>(column) - first_; }

  std::vector<double>& sums_;
  std::size_t first_;
  double const* waiting_[4] = {};
  std::size_t count_ = 0;
};

}  // namespace pertscale
