#include "statistics/label_curves.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace pertscale {

namespace {

/// Calls step(labelled, others) for every group of equal scores, the highest first.
template <class Step>
void falling_groups(std::span<char const> labels, std::span<double const> scores, Step step) {
  std::vector<std::size_t> order(labels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
  });
  for (std::size_t first = 0; first < order.size();) {
    double labelled = 0, others = 0;
    double const score = scores[order[first]];
    for (; first < order.size() && scores[order[first]] == score; ++first)
      (labels[order[first]] != 0 ? labelled : others) += 1;
    step(labelled, others);
  }
}

double labelled_of(std::span<char const> labels) {
  return static_cast<double>(
      std::count_if(labels.begin(), labels.end(), [](char label) { return label != 0; }));
}

}  // namespace

std::optional<double> roc_auc(std::span<char const> labels, std::span<double const> scores) {
  double const positives = labelled_of(labels);
  double const negatives = static_cast<double>(labels.size()) - positives;
  if (positives == 0 || negatives == 0) return std::nullopt;
  double twice = 0, above = 0;  // exact: whole numbers
  falling_groups(labels, scores, [&](double labelled, double others) {
    twice += others * (2 * above + labelled);
    above += labelled;
  });
  return twice / (2 * positives * negatives);
}

std::optional<double> average_precision(std::span<char const> labels,
                                        std::span<double const> scores) {
  double const positives = labelled_of(labels);
  if (positives == 0 || positives == static_cast<double>(labels.size())) return std::nullopt;
  double sum = 0, found = 0, seen = 0;
  falling_groups(labels, scores, [&](double labelled, double others) {
    found += labelled;
    seen += labelled + others;
    sum += labelled * (found / seen);
  });
  return std::min(1.0, sum / positives);
}

}  // namespace pertscale
