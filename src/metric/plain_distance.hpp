#pragma once
#include "metric/panel_distance.hpp"

namespace pertscale {

/// Distances of one query by the formulas of PanelDistance, in double precision and a defined
/// order: what decides.
class PlainDistance {
 public:
  PlainDistance(PanelComparison const& panel, PanelQuery const& query)
      : panel_(panel), query_(query) {}

  double to(std::size_t candidate) const;

 private:
  void gather(std::size_t candidate) const;
  double cosine() const;
  double weighted_squares() const;
  double weighted_spread() const;

  PanelComparison const& panel_;
  PanelQuery const& query_;
  // of the genes the query looks at; the query's are gathered at the first call
  mutable std::vector<std::size_t> kept_;
  mutable std::vector<double> q_, centred_q_, c_, weight_;
};

}  // namespace pertscale
