#pragma once
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "solver/gram_tree.hpp"

namespace pertscale {

/// The plain twin of grow_tree: looks at one node's rows and says, from the outputs themselves,
/// which splits there are and what each takes off the spread.
struct PlainNode {
  RowMatrix const& features;
  RowMatrix const& outputs;
  std::vector<double> const& weights;
  int min_samples_leaf = 1;

  struct Split {
    int feature;
    double threshold, gain;
  };

  /// Weighted sum of squared distances from the mean.
  double spread(std::vector<int> const& rows) const {
    Eigen::RowVectorXd mean = Eigen::RowVectorXd::Zero(outputs.cols());
    double weight = 0, sum = 0;
    for (int const i : rows) {
      mean += weights[size_t(i)] * outputs.row(i);
      weight += weights[size_t(i)];
    }
    mean /= weight;
    for (int const i : rows) sum += weights[size_t(i)] * (outputs.row(i) - mean).squaredNorm();
    return sum;
  }

  float x(int row, int feature) const { return static_cast<float>(features(row, feature)); }

  std::vector<int> side(std::vector<int> const& rows, Split const& split, bool left) const {
    std::vector<int> out;
    for (int const i : rows)
      if ((static_cast<double>(x(i, split.feature)) <= split.threshold) == left) out.push_back(i);
    return out;
  }

  std::vector<Split> splits(std::vector<int> rows) const {
    std::vector<Split> out;
    double const whole = spread(rows);
    for (int f = 0; f < features.cols(); ++f) {
      std::sort(rows.begin(), rows.end(), [&](int a, int b) { return x(a, f) < x(b, f); });
      for (std::size_t k = 1; k < rows.size(); ++k) {
        float const low = x(rows[k - 1], f), high = x(rows[k], f);
        if (high <= low + 1e-7F) continue;
        if (std::min(k, rows.size() - k) < static_cast<std::size_t>(min_samples_leaf)) continue;
        Split split{f, (static_cast<double>(low) + static_cast<double>(high)) / 2, 0};
        split.gain = whole - spread(side(rows, split, true)) - spread(side(rows, split, false));
        out.push_back(split);
      }
    }
    return out;
  }
};

}  // namespace pertscale
