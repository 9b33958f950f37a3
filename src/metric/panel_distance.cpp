#include "metric/panel_distance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/sums.hpp"
#include "core/vector_loops.hpp"
#include "solver/products.hpp"

namespace pertscale {

void PanelRows::change(std::size_t row, std::span<double> out) const {
  Profile const values = rows[row];
  for (std::size_t i = 0; i < genes.size(); ++i)
    out[i] = values[genes[i]] - (reference.empty() ? 0 : reference[genes[i]]);
}

namespace {

using Values = std::vector<double>;

double square_sum(Values const& v) {
  return ordered_sum(v.size(), [&](std::size_t i) { return v[i] * v[i]; });
}

/// Takes the mean of the genes that count off, and sets those left out to 0.
void prepare(Values& v, std::vector<std::size_t> const& left_out, bool centre) {
  double mean = 0;
  if (centre && v.size() > left_out.size()) {
    double const sum = ordered_sum(v.size(), [&](std::size_t i) { return v[i]; });
    double const off = ordered_sum(left_out.size(), [&](std::size_t i) { return v[left_out[i]]; });
    mean = (sum - off) / static_cast<double>(v.size() - left_out.size());
  }
  if (centre) {
    double const largest = std::fabs(mean);
    for (auto& x : v) {
      x -= mean;
      if (std::fabs(x) <= 1e-12 * largest) x = 0;  // a constant has no spread, rounding apart
    }
  }
  for (auto const i : left_out) v[i] = 0;
}

double prepared_distance(Values const& a, Values const& b, PanelDistance kind) {
  if (kind == PanelDistance::l1)
    return ordered_sum(a.size(), [&](std::size_t i) { return std::fabs(a[i] - b[i]); });
  if (kind == PanelDistance::l2)
    return ordered_sum(a.size(), [&](std::size_t i) { return (a[i] - b[i]) * (a[i] - b[i]); });
  double const lengths = std::sqrt(square_sum(a)) * std::sqrt(square_sum(b));
  if (lengths == 0) return 1;
  return 1 - ordered_sum(a.size(), [&](std::size_t i) { return a[i] * b[i]; }) / lengths;
}

constexpr std::size_t queries_in_tile = 128, candidates_in_tile = 512;

/// Some rows in single precision, with what the bounds need.
struct Tile {
  std::size_t first = 0, count = 0;
  RowMatrixF values;
  Values squares;               ///< |row|^2
  std::vector<Values> exact{};  ///< of queries
};

class RivalCounter {
 public:
  RivalCounter(PanelRows const& queries, PanelRows const& candidates,
               std::vector<PanelQuery> const& asked, PanelDistance kind)
      : queries_(queries),
        candidates_(candidates),
        asked_(asked),
        kind_(kind),
        centre_(kind == PanelDistance::pearson),
        genes_(queries.genes.size()),
        buffer_(genes_),
        own_(asked.size()),
        counts_(asked.size()) {}

  std::vector<RivalCounts> run() {
    for (std::size_t q = 0; q < asked_.size(); q += queries_in_tile) {
      auto const left = query_tile(q);
      for (std::size_t i = 0; i < left.count; ++i) own_[q + i] = exact(left, i, asked_[q + i].own);
      for (std::size_t c = 0; c < candidates_.rows.size(); c += candidates_in_tile)
        count_tile(left, candidate_tile(c));
    }
    return std::move(counts_);
  }

 private:
  Tile query_tile(std::size_t first) {
    Tile tile;
    tile.first = first;
    tile.count = std::min(queries_in_tile, asked_.size() - first);
    tile.values.resize(index(tile.count), index(genes_));
    for (std::size_t i = 0; i < tile.count; ++i) {
      auto const& query = asked_[first + i];
      Values change(genes_);
      queries_.change(query.row, change);
      prepare(change, query.left_out, centre_);
      keep(tile, i, change);
      tile.exact.push_back(std::move(change));
    }
    return tile;
  }

  /// Candidates are the same for every query: what a query leaves out is taken off later.
  Tile const& candidate_tile(std::size_t first) {
    if (kept_.count > 0 && kept_.first == first) return kept_;
    kept_.first = first;
    kept_.count = std::min(candidates_in_tile, candidates_.rows.size() - first);
    kept_.values.resize(index(kept_.count), index(genes_));
    kept_.squares.clear();
    for (std::size_t i = 0; i < kept_.count; ++i) {
      candidates_.change(first + i, buffer_);
      prepare(buffer_, {}, centre_);
      keep(kept_, i, buffer_);
    }
    return kept_;
  }

  void keep(Tile& tile, std::size_t i, Values const& change) {
    tile.squares.push_back(square_sum(change));
    for (std::size_t g = 0; g < genes_; ++g)
      tile.values(index(i), index(g)) = static_cast<float>(change[g]);
  }

  double exact(Tile const& left, std::size_t i, std::size_t candidate) {
    candidates_.change(candidate, buffer_);
    prepare(buffer_, asked_[left.first + i].left_out, centre_);
    return prepared_distance(left.exact[i], buffer_, kind_);
  }

  void count_tile(Tile const& left, Tile const& right) {
    if (kind_ != PanelDistance::l1) multiply_transposed(left.values, right.values, products_);
    for (std::size_t i = 0; i < left.count; ++i) {
      auto const& query = asked_[left.first + i];
      double const own = own_[left.first + i];
      auto& counts = counts_[left.first + i];
      for (std::size_t j = 0; j < right.count; ++j) {
        std::size_t const candidate = right.first + j;
        if (candidate == query.own) continue;
        auto const [value, error] = quick(left, i, right, j);
        if (value + error < own) {
          ++counts.nearer;
        } else if (value - error <= own) {
          double const sure = error == 0 ? value : exact(left, i, candidate);
          if (sure < own) ++counts.nearer;
          if (sure == own) ++(candidate < query.own ? counts.equal_before : counts.equal_after);
        }
      }
    }
  }

  struct Quick {
    double value, error;
  };

  /// A distance and by how much it may be off; error 0: it is the plain one.
  Quick quick(Tile const& left, std::size_t i, Tile const& right, std::size_t j) const {
    constexpr double single = 0x1p-24, twice = 0x1p-50;
    auto const genes = static_cast<double>(genes_);
    auto const& query = asked_[left.first + i];
    if (kind_ == PanelDistance::l1) {
      float const* const a = left.values.data() + i * genes_;
      float const* const b = right.values.data() + j * genes_;
      double value = absolute_differences(a, b, genes_);
      for (auto const g : query.left_out) value -= std::fabs(static_cast<double>(b[g]));
      // both roundings to single precision, and the sum's own
      double const lengths = std::sqrt(left.squares[i]) + std::sqrt(right.squares[j]);
      double const size = std::sqrt(genes) * lengths;
      return {value, 0x1p-16 * std::max(value, 0.0) + 2 * single * size};
    }
    auto const& full = right.squares[j];
    auto const [squares, mean] = rest_of(query, right, j);
    double const a = std::sqrt(left.squares[i]), b = std::sqrt(full);
    double const dot = static_cast<double>(products_(index(i), index(j)));
    double const dot_error = (genes + 8) * single * a * b;
    double const squares_error = 4 * single * (full - squares + mean) + twice * genes * full;
    if (kind_ == PanelDistance::l2)
      return {left.squares[i] + squares - 2 * dot,
              2 * dot_error + squares_error + twice * genes * a * a};
    if (a == 0) return {1, 0};
    double const spread = squares - mean;
    if (spread <= 1e-3 * full)  // little is left: the plain formula decides
      return {0, std::numeric_limits<double>::infinity()};
    double const lengths = a * std::sqrt(spread);
    return {1 - dot / lengths,
            dot_error / lengths + (squares_error / spread + 1e-12) * std::fabs(dot) / lengths};
  }

  /// |candidate|^2 without the genes that the query leaves out, and what centring takes off it.
  std::pair<double, double> rest_of(PanelQuery const& query, Tile const& right,
                                    std::size_t j) const {
    double squares = right.squares[j], sum = 0;
    for (auto const g : query.left_out) {
      double const x = static_cast<double>(right.values(index(j), index(g)));
      squares -= x * x;
      sum += x;
    }
    double const counted = static_cast<double>(genes_ - query.left_out.size());
    return {squares, centre_ && counted > 0 ? sum * sum / counted : 0};
  }

  static Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }

  PanelRows const& queries_;
  PanelRows const& candidates_;
  std::vector<PanelQuery> const& asked_;
  PanelDistance kind_;
  bool centre_;
  std::size_t genes_;
  Values buffer_, own_;
  std::vector<RivalCounts> counts_;
  Tile kept_;
  RowMatrixF products_;
};

}  // namespace

std::vector<RivalCounts> count_rivals(PanelRows const& queries, PanelRows const& candidates,
                                      std::vector<PanelQuery> const& asked, PanelDistance kind) {
  return RivalCounter(queries, candidates, asked, kind).run();
}

double panel_distance(PanelRows const& queries, PanelRows const& candidates,
                      PanelQuery const& query, std::size_t candidate, PanelDistance kind) {
  Values a(queries.genes.size()), b(a.size());
  queries.change(query.row, a);
  candidates.change(candidate, b);
  prepare(a, query.left_out, kind == PanelDistance::pearson);
  prepare(b, query.left_out, kind == PanelDistance::pearson);
  return prepared_distance(a, b, kind);
}

}  // namespace pertscale
