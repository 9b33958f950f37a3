#pragma once
#include <filesystem>
#include <span>
#include <vector>

#include "suite/gene_records.hpp"

namespace pertscale {

/// Benjamini-Hochberg over any number of p-values, sorted in a scratch file that is mapped, so that
/// the system may take its pages back.
class PooledAdjustment {
 public:
  /// Room for `most` p-values in `folder`.
  PooledAdjustment(std::filesystem::path const& folder, std::size_t most);
  ~PooledAdjustment();
  PooledAdjustment(PooledAdjustment const&) = delete;
  PooledAdjustment& operator=(PooledAdjustment const&) = delete;

  /// NaN is no test.
  void add(std::span<double const> p);
  void finish();
  /// Of a p-value that was added; NaN of NaN.
  double adjusted(double p) const;

 private:
  std::span<double> sorted() const { return {data_, count_}; }
  std::span<double> values() const { return {data_ + most_, count_}; }

  std::size_t most_, count_ = 0;
  double* data_ = nullptr;  ///< p-values, then what they become
};

}  // namespace pertscale
