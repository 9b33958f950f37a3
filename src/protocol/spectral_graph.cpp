#include "protocol/spectral_graph.hpp"

#include <algorithm>
#include <limits>

#include "core/cpython_random.hpp"
#include "core/error.hpp"

namespace pertscale {

SpectralGraph::SpectralGraph(std::size_t nodes, std::vector<double> similarities)
    : nodes_(nodes), similarities_(std::move(similarities)) {
  if (2 * similarities_.size() != nodes * (nodes - 1))
    throw InternalError("a graph of similarities lacks pairs");
  for (auto const w : similarities_)
    if (w < 0) sorted_.push_back(w);
  std::sort(sorted_.begin(), sorted_.end());
}

std::size_t SpectralGraph::place(std::size_t i, std::size_t j) const {
  auto const [low, high] = std::minmax(i, j);
  return low * (2 * nodes_ - low - 1) / 2 + (high - low - 1);
}

double SpectralGraph::percentile(double similarity) const {
  auto const [first, last] = std::equal_range(sorted_.begin(), sorted_.end(), similarity);
  auto const below = static_cast<double>(first - sorted_.begin());
  auto const not_above = static_cast<double>(last - sorted_.begin());
  double const n = static_cast<double>(sorted_.size());
  return (below + not_above + (not_above > below ? 1 : 0)) * 50 / n;
}

bool SpectralGraph::has_edge(std::vector<std::size_t> const& left) const {
  for (std::size_t a = 0; a < left.size(); ++a)
    for (std::size_t b = a + 1; b < left.size(); ++b)
      if (edge(left[a], left[b])) return true;
  return false;
}

std::vector<std::size_t> SpectralGraph::independent_set(double s, std::int64_t seed) const {
  CpythonRandom random(seed);
  std::vector<std::size_t> left, kept;
  for (std::size_t i = 0; i < nodes_; ++i) left.push_back(i);
  while (has_edge(left)) {
    std::size_t const chosen = random.choice(left);
    kept.push_back(chosen);
    auto const goes = [&](std::size_t other) {
      if (other == chosen) return true;
      if (!edge(chosen, other)) return false;
      if (s == 1) return true;
      return random.random() < s && percentile(similarity(chosen, other)) > (1 - s) * 100;
    };
    std::vector<std::size_t> stay;
    for (auto const node : left)
      if (!goes(node)) stay.push_back(node);
    left = std::move(stay);
  }
  kept.insert(kept.end(), left.begin(), left.end());
  return kept;
}

double SpectralGraph::overlap(std::vector<std::size_t> const& a,
                              std::vector<std::size_t> const& b) const {
  double sum = 0, pairs = 0;
  for (auto const i : a)
    for (auto const j : b) {
      double const w = similarity(i, j);
      if (w != w) continue;
      sum += w;
      pairs += 1;
    }
  return pairs > 0 ? sum / pairs : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace pertscale
