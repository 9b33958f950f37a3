#include "metric/panel_tile.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "core/sums.hpp"
#include "metric/absolute_tile.hpp"

namespace pertscale {

namespace {

/// Of a sum of `tile_genes` products of rounded factors, each sum and factor rounded to `unit`.
constexpr double rounding_of_products(double unit) {
  return (static_cast<double>(tile_genes) + 8) * unit;
}
constexpr double difference_rounding = 80 * 0x1p-24, input_rounding = 0x1p-24;

}  // namespace

PanelTile::Row PanelTile::describe(Profile values, Profile reference, Profile weights) {
  std::size_t const n = panel_.genes.size();
  buffer_.resize(n);
  for (std::size_t k = 0; k < n; ++k) buffer_[k] = at(values, reference, panel_.genes[k]);
  Row row;
  if (panel_.distance == PanelDistance::correlation && n > 0)
    row.shift = ordered_sum(n, [&](std::size_t k) { return buffer_[k]; }) / static_cast<double>(n);
  for (auto& value : buffer_) value -= row.shift;
  if (panel_.distance == PanelDistance::l1) {
    row.absolute = ordered_sum(n, [&](std::size_t k) { return std::fabs(buffer_[k]); });
    return row;
  }
  auto const sum = [&](auto weight) {
    row.sum = ordered_sum(n, [&](std::size_t k) { return weight(k) * buffer_[k]; });
    row.squares =
        ordered_sum(n, [&](std::size_t k) { return weight(k) * buffer_[k] * buffer_[k]; });
    row.weight = ordered_sum(n, weight);
  };
  if (weights.empty())
    sum([](std::size_t) { return 1.0; });
  else
    sum([&](std::size_t k) { return weights[panel_.genes[k]]; });
  return row;
}

PanelTile::PanelTile(PanelComparison const& panel, std::span<PanelQuery const> queries)
    : panel_(panel), queries_(queries) {
  for (auto const& values : panel.candidates)
    candidates_.push_back(describe(values, panel.candidate_reference, {}));
  for (auto const& query : queries)
    query_rows_.push_back(
        describe(query.values, panel.query_reference, weighted() ? query.weights : Profile()));
  double_rounding_ = (static_cast<double>(panel.genes.size()) + 64) * 4 * 0x1p-53;
}

/// One row on genes of the panel [first, first + n), as the products take it.
template <class Scalar>
void PanelTile::pack(Profile values, Profile reference, double shift, std::size_t first,
                     std::size_t n, Scalar* to) const {
  auto const* genes = panel_.genes.data() + first;
  bool const adjacent = genes[n - 1] - genes[0] == n - 1;
  auto const put = [&](auto value) {
    if (adjacent)
      for (std::size_t i = 0; i < n; ++i) to[i] = static_cast<Scalar>(value(genes[0] + i) - shift);
    else
      for (std::size_t i = 0; i < n; ++i) to[i] = static_cast<Scalar>(value(genes[i]) - shift);
  };
  auto const *v = values.data(), *r = reference.data();
  if (reference.empty())
    put([v](std::size_t g) { return v[g]; });
  else
    put([v, r](std::size_t g) { return v[g] - r[g]; });
}

template <class Rows>
void PanelTile::fill(std::size_t q, std::size_t q_end, std::size_t c, std::size_t c_end,
                     Buffers<Rows>& buffers) {
  auto& [a, b, w, step] = buffers;
  auto const rows = static_cast<Eigen::Index>(q_end - q);
  auto const columns = static_cast<Eigen::Index>(c_end - c);
  for (std::size_t t = 0; t < (weighted() ? 3U : 1U); ++t) tiles_[t].setZero(rows, columns);
  for (std::size_t first = 0; first < panel_.genes.size(); first += tile_genes) {
    std::size_t const n = std::min<std::size_t>(tile_genes, panel_.genes.size() - first);
    auto const genes = static_cast<Eigen::Index>(n);
    a.resize(rows, genes);
    b.resize(columns, genes);
    for (Eigen::Index i = 0; i < rows; ++i) {
      std::size_t const row = q + static_cast<std::size_t>(i);
      pack(queries_[row].values, panel_.query_reference, query_rows_[row].shift, first, n,
           a.row(i).data());
    }
    for (Eigen::Index j = 0; j < columns; ++j) {
      std::size_t const row = c + static_cast<std::size_t>(j);
      pack(panel_.candidates[row], panel_.candidate_reference, candidates_[row].shift, first, n,
           b.row(j).data());
    }
    if (weighted()) {
      w.resize(rows, genes);
      for (Eigen::Index i = 0; i < rows; ++i)
        pack(queries_[q + static_cast<std::size_t>(i)].weights, {}, 0, first, n, w.row(i).data());
      a.array() *= w.array();
    }
    add_products(buffers);
  }
}

template <class Rows>
void PanelTile::add_products(Buffers<Rows>& buffers) {
  auto& [a, b, w, step] = buffers;
  if constexpr (std::is_same_v<Rows, FloatRowMatrix>)
    if (panel_.distance == PanelDistance::l1) {
      absolute_differences(a, b, step);
      tiles_[0] += step.template cast<double>();
      return;
    }
  multiply_transposed(a, b, step);
  tiles_[0] += step.template cast<double>();
  if (!weighted()) return;
  multiply_transposed(w, b, step);
  tiles_[1] += step.template cast<double>();
  b = b.cwiseAbs2();
  multiply_transposed(w, b, step);
  tiles_[2] += step.template cast<double>();
}

/// The candidates' values at genes that queries of the tile do not look at, row by row: pair by
/// pair each would be a miss of the caches.
void PanelTile::gather_left_out(std::size_t q, std::size_t q_end, std::size_t c,
                                std::size_t c_end) {
  left_out_.clear();
  for (std::size_t i = q; i < q_end; ++i)
    left_out_.insert(left_out_.end(), queries_[i].excluded.begin(), queries_[i].excluded.end());
  std::sort(left_out_.begin(), left_out_.end());
  left_out_.erase(std::unique(left_out_.begin(), left_out_.end()), left_out_.end());
  excluded_.assign(q_end - q, {});
  for (std::size_t i = q; i < q_end; ++i)
    for (auto const gene : queries_[i].excluded) {
      auto const found = std::lower_bound(left_out_.begin(), left_out_.end(), gene);
      excluded_[i - q].push_back(static_cast<std::size_t>(found - left_out_.begin()));
    }
  rival_left_out_.resize(static_cast<Eigen::Index>(left_out_.size()),
                         static_cast<Eigen::Index>(c_end - c));
  for (Eigen::Index j = 0; j < rival_left_out_.cols(); ++j)
    for (Eigen::Index e = 0; e < rival_left_out_.rows(); ++e)
      rival_left_out_(e, j) =
          candidate_value(c + static_cast<std::size_t>(j), left_out_[static_cast<std::size_t>(e)]);
}

void PanelTile::fill(std::size_t q, std::size_t q_end, std::size_t c, std::size_t c_end,
                     Precision precision) {
  first_query_ = q;
  first_candidate_ = c;
  gather_left_out(q, q_end, c, c_end);
  bool const single = precision == Precision::single;
  product_rounding_ = rounding_of_products(single ? 0x1p-24 : 0x1p-53);
  if (single)
    fill(q, q_end, c, c_end, single_);
  else
    fill(q, q_end, c, c_end, full_);
}

BoundedDistance PanelTile::distance(std::size_t q, std::size_t c) const {
  auto const i = static_cast<Eigen::Index>(q - first_query_);
  auto const j = static_cast<Eigen::Index>(c - first_candidate_);
  if (panel_.distance == PanelDistance::l1) return absolute(q, c, i, j);
  Row const &a = query_rows_[q], &b = candidates_[c];
  PairSums all{a.weight, a.sum, a.squares, b.sum, b.squares, tiles_[0](i, j)};
  if (weighted()) {
    all.c = tiles_[1](i, j);
    all.cc = tiles_[2](i, j);
  }
  PairSums kept = all;
  for (std::size_t const e : excluded_[static_cast<std::size_t>(i)]) {
    double const w = weight(q, left_out_[e]), x = query_value(q, left_out_[e]);
    double const y = rival_left_out_(static_cast<Eigen::Index>(e), j);
    kept.weight -= w;
    kept.q -= w * x;
    kept.qq -= w * x * x;
    kept.c -= w * y;
    kept.cc -= w * y * y;
    kept.qc -= w * x * y;
  }
  return from_sums(all, kept);
}

BoundedDistance PanelTile::absolute(std::size_t q, std::size_t c, Eigen::Index i,
                                    Eigen::Index j) const {
  double sum = tiles_[0](i, j);
  double const values = query_rows_[q].absolute + candidates_[c].absolute;
  double const error =
      (difference_rounding + double_rounding_) * sum + (input_rounding + double_rounding_) * values;
  for (std::size_t const e : excluded_[static_cast<std::size_t>(i)])
    sum -=
        std::fabs(query_value(q, left_out_[e]) - rival_left_out_(static_cast<Eigen::Index>(e), j));
  return {sum, error, false};
}

/// 1 - cosine of the kept genes, or 1 - r: values were centred on all genes, which the genes that
/// are left out shift again.
BoundedDistance PanelTile::angle(PairSums const& all, PairSums const& kept) const {
  if (all.qq == 0 || all.cc == 0) return {1, 0, true};
  double qc = kept.qc, qq = kept.qq, cc = kept.cc;
  if (panel_.distance == PanelDistance::correlation) {
    qc -= kept.q * kept.c / kept.weight;
    qq -= kept.q * kept.q / kept.weight;
    cc -= kept.c * kept.c / kept.weight;
  }
  double const size = std::sqrt(qq * cc);
  double const error = (product_rounding_ + double_rounding_) * std::sqrt(all.qq * all.cc) / size +
                       double_rounding_ * (1 + std::fabs(qc / size)) * (all.qq / qq + all.cc / cc);
  return {1 - qc / size, error, false};
}

/// Cauchy's inequality bounds the sums of absolute products that rounding is relative to.
BoundedDistance PanelTile::from_sums(PairSums const& all, PairSums const& kept) const {
  if (panel_.distance == PanelDistance::cosine || panel_.distance == PanelDistance::correlation)
    return angle(all, kept);
  double const residual = kept.qq - 2 * kept.qc + kept.cc;
  double error =
      2 * product_rounding_ * std::sqrt(all.qq * all.cc) + double_rounding_ * (all.qq + all.cc);
  if (panel_.distance == PanelDistance::l2) return {residual, error, false};
  error += product_rounding_ * all.cc;
  if (panel_.distance == PanelDistance::weighted_l2) return {residual, error, false};
  double const spread = kept.cc - kept.c * kept.c / kept.weight;
  double const sum_error = product_rounding_ * std::sqrt(all.weight * all.cc);
  double const spread_error = (product_rounding_ + double_rounding_) * all.cc +
                              (2 * std::fabs(kept.c) * sum_error + sum_error * sum_error +
                               double_rounding_ * kept.c * kept.c) /
                                  kept.weight;
  double const ratio = residual / spread;
  double const of_ratio = (error + std::fabs(ratio) * spread_error) / (spread - spread_error);
  return {ratio, of_ratio >= 0 ? of_ratio : std::nan(""), false};
}

}  // namespace pertscale
