#include "metric/panel_distance.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>
#include <unordered_map>

#include "core/error.hpp"
#include "core/sums.hpp"
#include "metric/panel_tile.hpp"
#include "metric/plain_distance.hpp"

namespace pertscale {

namespace {

constexpr std::size_t query_rows = 512, candidate_rows = 1024;
constexpr double own_rounding = 1e-12;  ///< relative, of a plain sum

/// The first candidate with the same values: models that predict one profile for many conditions
/// would else be all ties.
std::vector<std::size_t> first_alike(PanelComparison const& panel) {
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> by_sum;
  std::vector<std::size_t> first(panel.candidates.size());
  for (std::size_t c = 0; c < first.size(); ++c) {
    auto const values = panel.candidates[c];
    auto& known =
        by_sum[std::bit_cast<std::uint64_t>(ordered_sum(values.size(), [&](std::size_t g) {
          return static_cast<double>(g % 61 + 1) * values[g];
        }))];
    auto const same = std::find_if(known.begin(), known.end(), [&](std::size_t other) {
      return std::equal(values.begin(), values.end(), panel.candidates[other].begin());
    });
    first[c] = same == known.end() ? c : *same;
    if (same == known.end()) known.push_back(c);
  }
  return first;
}

/// Queries whose excluded genes are some of the panel's, each once.
std::vector<PanelQuery> tidied(PanelComparison const& panel, std::span<PanelQuery const> queries) {
  std::vector<PanelQuery> out(queries.begin(), queries.end());
  for (auto& query : out) {
    auto& genes = query.excluded;
    std::sort(genes.begin(), genes.end());
    genes.erase(std::unique(genes.begin(), genes.end()), genes.end());
    std::erase_if(genes, [&](std::size_t g) {
      return !std::binary_search(panel.genes.begin(), panel.genes.end(), g);
    });
  }
  return out;
}

class PanelCounter {
 public:
  PanelCounter(PanelComparison const& panel, std::span<PanelQuery const> queries)
      : panel_(panel),
        queries_(tidied(panel, queries)),
        alike_(first_alike(panel)),
        tile_(panel, queries_) {
    for (auto const& query : queries_) {
      own_.push_back(PlainDistance(panel, query).to(query.own));
      out_.push_back({0, 0, 0, std::isfinite(own_.back())});
    }
  }

  std::vector<Rivals> run() {
    for (std::size_t q = 0; q < queries_.size(); q += query_rows)
      for (std::size_t c = 0; c < panel_.candidates.size(); c += candidate_rows)
        count_tile(q, std::min(q + query_rows, queries_.size()), c,
                   std::min(c + candidate_rows, panel_.candidates.size()));
    return std::move(out_);
  }

 private:
  /// Pairs that single precision cannot decide are looked at again: many of a tile by products in
  /// double precision, what is left by the plain formula.
  void count_tile(std::size_t q, std::size_t q_end, std::size_t c, std::size_t c_end) {
    open_.clear();
    tile_.fill(q, q_end, c, c_end, PanelTile::Precision::single);
    for (std::size_t i = q; i < q_end; ++i)
      for (std::size_t j = c; j < c_end; ++j)
        if (j != queries_[i].own && !decide(i, j)) open_.emplace_back(i, j);
    if (panel_.distance != PanelDistance::l1 && open_.size() > (q_end - q) * (c_end - c) / 128) {
      tile_.fill(q, q_end, c, c_end, PanelTile::Precision::full);
      std::erase_if(open_, [&](auto const& pair) { return decide(pair.first, pair.second); });
    }
    std::optional<PlainDistance> plain;
    for (std::size_t k = 0; k < open_.size(); ++k) {
      auto const [i, j] = open_[k];
      if (k == 0 || open_[k - 1].first != i) plain.emplace(panel_, queries_[i]);
      count(i, j, plain->to(j));
    }
  }

  /// Counts the pair if its outcome is certain.
  bool decide(std::size_t q, std::size_t c) {
    if (alike_[c] == alike_[queries_[q].own]) {
      count(q, c, own_[q]);
      return true;
    }
    auto const fast = tile_.distance(q, c);
    // written so that a bound that is no number decides nothing
    bool const certain = fast.exact || std::fabs(fast.value - own_[q]) >
                                           fast.error + own_rounding * std::fabs(own_[q]);
    if (certain) count(q, c, fast.value);
    return certain;
  }

  void count(std::size_t q, std::size_t c, double distance) {
    auto& rivals = out_[q];
    rivals.nearer += distance < own_[q];
    rivals.equal += distance == own_[q];
    rivals.equal_before += distance == own_[q] && c < queries_[q].own;
  }

  PanelComparison const& panel_;
  std::vector<PanelQuery> queries_;
  std::vector<std::size_t> alike_;
  PanelTile tile_;
  std::vector<double> own_;
  std::vector<std::pair<std::size_t, std::size_t>> open_;  ///< of a tile: not decided yet
  std::vector<Rivals> out_;
};

}  // namespace

std::vector<Rivals> count_rivals(PanelComparison const& panel,
                                 std::span<PanelQuery const> queries) {
  for (auto const& query : queries)
    if (query.own >= panel.candidates.size())
      throw InternalError("count_rivals: a query's own candidate is not in the panel");
  return PanelCounter(panel, queries).run();
}

}  // namespace pertscale
