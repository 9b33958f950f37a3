#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "solver/products.hpp"

namespace pertscale {

/// Features in single precision (as scikit-learn's trees see them), each with its rows in ascending
/// order: sorted once for all trees of a forest.
class SortedFeatures {
 public:
  /// rows x features, finite. Equal values stand in the order of the rows.
  explicit SortedFeatures(RowMatrix const& features);

  int rows() const { return rows_; }
  int count() const { return count_; }
  float value(int feature, int row) const { return values_[at(feature) + size_t(row)]; }
  /// Rows in ascending order of the feature.
  std::span<std::int32_t const> order(int feature) const {
    return {order_.data() + at(feature), size_t(rows_)};
  }
  /// No two rows have values that count as equal.
  bool distinct(int feature) const { return distinct_[size_t(feature)] != 0; }
  /// More than half of the rows share a value.
  bool mostly_one(int feature) const { return mostly_one_[size_t(feature)] != 0; }
  float common_value(int feature) const { return common_[size_t(feature)]; }
  /// Neighbours in the order that a cut may part: scikit-learn's FEATURE_THRESHOLD, in single
  /// precision as there.
  static bool apart(float low, float high) { return high > low + 1e-7F; }

 private:
  std::size_t at(int feature) const { return size_t(feature) * size_t(rows_); }
  void look_for_ties(int feature);

  int rows_, count_;
  std::vector<float> values_;  ///< of each feature, its rows
  std::vector<std::int32_t> order_;
  std::vector<char> distinct_, mostly_one_;
  std::vector<float> common_;
};

}  // namespace pertscale
