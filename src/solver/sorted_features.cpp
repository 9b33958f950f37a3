#include "solver/sorted_features.hpp"

#include <algorithm>
#include <numeric>

namespace pertscale {

SortedFeatures::SortedFeatures(RowMatrix const& features)
    : rows_(static_cast<int>(features.rows())),
      count_(static_cast<int>(features.cols())),
      values_(static_cast<std::size_t>(features.size())),
      order_(values_.size()),
      distinct_(static_cast<std::size_t>(count_)),
      mostly_one_(static_cast<std::size_t>(count_)),
      common_(static_cast<std::size_t>(count_)) {
  for (int f = 0; f < count_; ++f) {
    float* const values = values_.data() + at(f);
    for (int i = 0; i < rows_; ++i) values[i] = static_cast<float>(features(i, f));
    auto const first = order_.begin() + static_cast<std::ptrdiff_t>(at(f));
    std::iota(first, first + rows_, 0);
    std::sort(first, first + rows_, [&](auto a, auto b) {
      return values[a] != values[b] ? values[a] < values[b] : a < b;
    });
    look_for_ties(f);
  }
}

void SortedFeatures::look_for_ties(int feature) {
  auto const sorted = order(feature);
  bool distinct = true;
  std::size_t longest = 0;
  for (std::size_t i = 0, start = 0; i < sorted.size(); ++i) {
    float const x = value(feature, sorted[i]);
    if (i > 0) distinct = distinct && apart(value(feature, sorted[i - 1]), x);
    if (x != value(feature, sorted[start])) start = i;
    if (i + 1 - start <= longest) continue;
    longest = i + 1 - start;
    common_[size_t(feature)] = x;
  }
  distinct_[size_t(feature)] = distinct;
  mostly_one_[size_t(feature)] = 2 * longest >= sorted.size() && longest > 1;
}

}  // namespace pertscale
