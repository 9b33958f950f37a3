#pragma once
#include <cstdint>
#include <vector>

namespace pertscale {

/// Likeness of every pair of conditions, and sets of conditions that are not too much alike:
/// the SPECTRA splits of PertEval-scFM (Wenteler et al., ICML 2025), which prune at random a graph
/// of similarities.
class SpectralGraph {
 public:
  /// Similarities of pairs i < j, row by row (0-1, 0-2, ... 1-2 ...), at most 0. A similarity of 0
  /// (twins) or NaN is no edge.
  SpectralGraph(std::size_t nodes, std::vector<double> similarities);

  std::size_t nodes() const { return nodes_; }
  double similarity(std::size_t i, std::size_t j) const { return similarities_[place(i, j)]; }
  /// Percentile rank among all edges: (below + not above + [there are equal ones]) * 50 / n.
  double percentile(double similarity) const;

  /// Nodes in the order of their choice. While an edge is left, a node is drawn uniformly from the
  /// nodes left (Python's random.Random(seed)) and kept; each neighbour, in their order, goes where
  /// U < s and its percentile is above (1 - s) 100, with U uniform and drawn for each; s = 1 takes
  /// all. Then what is left is kept.
  std::vector<std::size_t> independent_set(double s, std::int64_t seed) const;

  /// Mean similarity of pairs across; NaN where no pair has one.
  double overlap(std::vector<std::size_t> const& a, std::vector<std::size_t> const& b) const;

 private:
  std::size_t place(std::size_t i, std::size_t j) const;
  bool edge(std::size_t i, std::size_t j) const { return similarity(i, j) < 0; }
  bool has_edge(std::vector<std::size_t> const& left) const;

  std::size_t nodes_;
  std::vector<double> similarities_;
  std::vector<double> sorted_;  ///< of the edges
};

}  // namespace pertscale
