#include "metric/plain_distance.hpp"

#include <algorithm>
#include <cmath>

#include "core/sums.hpp"

namespace pertscale {

namespace {

double at(Profile values, Profile reference, std::size_t gene) {
  return values[gene] - (reference.empty() ? 0 : reference[gene]);
}

double product(std::vector<double> const& a, std::vector<double> const& b) {
  return ordered_sum(a.size(), [&](std::size_t i) { return a[i] * b[i]; });
}

/// Takes the mean off; a constant becomes exactly zero.
void centre(std::vector<double>& values) {
  if (values.empty()) return;
  auto const [lowest, highest] = std::minmax_element(values.begin(), values.end());
  double mean = *lowest;
  if (*lowest != *highest)
    mean = ordered_sum(values.size(), [&](std::size_t i) { return values[i]; }) /
           static_cast<double>(values.size());
  for (auto& value : values) value -= mean;
}

}  // namespace

void PlainDistance::gather(std::size_t candidate) const {
  if (kept_.empty()) {
    for (auto const gene : panel_.genes)
      if (std::find(query_.excluded.begin(), query_.excluded.end(), gene) == query_.excluded.end())
        kept_.push_back(gene);
    for (auto const gene : kept_) {
      q_.push_back(at(query_.values, panel_.query_reference, gene));
      if (!query_.weights.empty()) weight_.push_back(query_.weights[gene]);
    }
    if (panel_.distance == PanelDistance::correlation) centre(q_);
  }
  c_.resize(kept_.size());
  for (std::size_t i = 0; i < kept_.size(); ++i)
    c_[i] = at(panel_.candidates[candidate], panel_.candidate_reference, kept_[i]);
}

double PlainDistance::cosine() const {
  double const size = std::sqrt(product(q_, q_)) * std::sqrt(product(c_, c_));
  return size == 0 ? 1 : 1 - product(q_, c_) / size;
}

double PlainDistance::weighted_squares() const {
  return ordered_sum(kept_.size(),
                     [&](std::size_t i) { return weight_[i] * (q_[i] - c_[i]) * (q_[i] - c_[i]); });
}

double PlainDistance::weighted_spread() const {
  double const total = ordered_sum(kept_.size(), [&](std::size_t i) { return weight_[i]; });
  double const mean = product(weight_, c_) / total;
  return ordered_sum(kept_.size(),
                     [&](std::size_t i) { return weight_[i] * (c_[i] - mean) * (c_[i] - mean); });
}

double PlainDistance::to(std::size_t candidate) const {
  gather(candidate);
  auto const difference = [&](std::size_t i) { return q_[i] - c_[i]; };
  switch (panel_.distance) {
    case PanelDistance::l1:
      return ordered_sum(kept_.size(), [&](std::size_t i) { return std::fabs(difference(i)); });
    case PanelDistance::l2:
      return ordered_sum(kept_.size(),
                         [&](std::size_t i) { return difference(i) * difference(i); });
    case PanelDistance::cosine: return cosine();
    case PanelDistance::correlation: centre(c_); return cosine();
    case PanelDistance::weighted_l2: return weighted_squares();
    default: return weighted_squares() / weighted_spread();
  }
}

std::vector<Rivals> count_rivals_plainly(PanelComparison const& panel,
                                         std::span<PanelQuery const> queries) {
  std::vector<Rivals> out;
  for (auto const& query : queries) {
    PlainDistance const distance(panel, query);
    double const own = distance.to(query.own);
    Rivals rivals{0, 0, 0, std::isfinite(own)};
    for (std::size_t c = 0; c < panel.candidates.size(); ++c) {
      if (c == query.own) continue;
      double const other = distance.to(c);
      rivals.nearer += other < own;
      rivals.equal += other == own;
      rivals.equal_before += other == own && c < query.own;
    }
    out.push_back(rivals);
  }
  return out;
}

}  // namespace pertscale
