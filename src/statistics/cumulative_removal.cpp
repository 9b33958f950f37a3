#include "statistics/cumulative_removal.hpp"

#include <algorithm>
#include <cmath>

namespace pertscale {

std::vector<RemovalStep> cumulative_removal(std::span<double const> cosine,
                                            std::span<double const> score) {
  struct One {
    double cosine, score;
  };
  std::vector<One> order;
  for (std::size_t p = 0; p < cosine.size(); ++p)
    if (!std::isnan(cosine[p]) && !std::isnan(score[p])) order.push_back({cosine[p], score[p]});
  std::stable_sort(order.begin(), order.end(),
                   [](One const& a, One const& b) { return a.cosine > b.cosine; });
  // sums over the rest are added from the end, so that no removal is a difference
  std::vector<RemovalStep> steps(order.size());
  double of_cosine = 0, of_score = 0;
  for (std::size_t p = order.size(); p-- > 0;) {
    auto const left = static_cast<double>(order.size() - p);
    of_cosine += order[p].cosine;
    of_score += order[p].score;
    steps[p] = {static_cast<std::int64_t>(p), of_cosine / left, of_score / left};
  }
  std::size_t systematic = 0;
  while (systematic < order.size() && order[systematic].cosine > 0) ++systematic;
  steps.resize(std::min(steps.size(), systematic + 1));
  return steps;
}

}  // namespace pertscale
