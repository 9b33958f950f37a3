#pragma once
#include <array>

#include "metric/panel_distance.hpp"
#include "solver/products.hpp"

namespace pertscale {

/// A distance and how far it may be from that of the plain formula.
struct BoundedDistance {
  double value = 0;
  double error = 0;  ///< not a number: it cannot be told
  bool exact = false;
};

/// Distances of some queries to some candidates, from sums in single or double precision.
class PanelTile {
 public:
  enum class Precision { single, full };

  PanelTile(PanelComparison const& panel, std::span<PanelQuery const> queries);

  /// Queries [q, q_end) by candidates [c, c_end).
  void fill(std::size_t q, std::size_t q_end, std::size_t c, std::size_t c_end,
            Precision precision);
  /// Of a pair of the tile filled last.
  BoundedDistance distance(std::size_t q, std::size_t c) const;

 private:
  /// What a row brings to every pair it is in: sums over the panel's genes.
  struct Row {
    double shift = 0;  ///< taken off its values
    double sum = 0, squares = 0, absolute = 0, weight = 0;
  };
  /// Sums over the genes that a query looks at, weighted by its weights if it has some.
  struct PairSums {
    double weight = 0, q = 0, qq = 0, c = 0, cc = 0, qc = 0;
  };
  template <class Rows>
  struct Buffers {
    Rows a, b, w, step;  ///< queries (weighted), candidates, weights, one product
  };

  static double at(Profile values, Profile reference, std::size_t gene) {
    return values[gene] - (reference.empty() ? 0 : reference[gene]);
  }
  double query_value(std::size_t q, std::size_t gene) const {
    return at(queries_[q].values, panel_.query_reference, gene) - query_rows_[q].shift;
  }
  double candidate_value(std::size_t c, std::size_t gene) const {
    return at(panel_.candidates[c], panel_.candidate_reference, gene) - candidates_[c].shift;
  }
  double weight(std::size_t q, std::size_t gene) const {
    return weighted() ? queries_[q].weights[gene] : 1;
  }
  bool weighted() const {
    return panel_.distance == PanelDistance::weighted_l2 ||
           panel_.distance == PanelDistance::weighted_r2;
  }
  Row describe(Profile values, Profile reference, Profile weights);
  template <class Scalar>
  void pack(Profile values, Profile reference, double shift, std::size_t first, std::size_t n,
            Scalar* to) const;
  template <class Rows>
  void fill(std::size_t q, std::size_t q_end, std::size_t c, std::size_t c_end,
            Buffers<Rows>& buffers);
  void gather_left_out(std::size_t q, std::size_t q_end, std::size_t c, std::size_t c_end);
  template <class Rows>
  void add_products(Buffers<Rows>& buffers);
  BoundedDistance absolute(std::size_t q, std::size_t c, Eigen::Index i, Eigen::Index j) const;
  BoundedDistance from_sums(PairSums const& all, PairSums const& kept) const;
  BoundedDistance angle(PairSums const& all, PairSums const& kept) const;

  PanelComparison const& panel_;
  std::span<PanelQuery const> queries_;
  std::vector<Row> candidates_, query_rows_;
  std::size_t first_query_ = 0, first_candidate_ = 0;
  std::vector<double> buffer_;
  // of the tile: genes that some query leaves out, which of them each query does, and the
  // candidates' values there
  std::vector<std::size_t> left_out_;
  std::vector<std::vector<std::size_t>> excluded_;
  RowMatrix rival_left_out_;
  Buffers<FloatRowMatrix> single_;
  Buffers<RowMatrix> full_;
  std::array<RowMatrix, 3> tiles_;  ///< sums of w q c, w c, w c^2; of L1 the first is the distance
  /// Relative to sums of absolute values: of products, of the sums in double precision.
  double product_rounding_ = 0, double_rounding_ = 0;
};

}  // namespace pertscale
