#include "solver/split_search.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "solver/running_sum.hpp"

namespace pertscale {
namespace {

constexpr double nothing = -std::numeric_limits<double>::infinity();

/// A feature's place among those that tie in a node.
std::uint64_t priority(std::uint64_t node, int feature) {
  std::uint64_t hash = node + 0x9e3779b97f4a7c15ULL * (static_cast<std::uint64_t>(feature) + 1);
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ULL;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebULL;
  return hash ^ (hash >> 31);
}

/// Columns of which all rows stay in a core's cache.
std::size_t tile_width(GramBlock const& block) {
  std::size_t const cached = (std::size_t{1} << 20) / sizeof(double) / size_t(block.size());
  return std::min(std::max<std::size_t>(cached / 8 * 8, 64), block.padded());
}

}  // namespace

SplitSearch::SplitSearch(SortedFeatures const& features, TreeOptions const& options)
    : features_(features),
      options_(options),
      carry_(options.max_features == 0 || 4 * options.max_features >= features.count()),
      shuffled_(static_cast<std::size_t>(features.count())),
      best_(static_cast<std::size_t>(features.count())) {
  std::iota(shuffled_.begin(), shuffled_.end(), 0);
}

SplitNode SplitSearch::root(GramBlock block) {
  SplitNode node{std::move(block), 0};
  samples_ = static_cast<std::size_t>(node.block.size());
  auto const count = static_cast<std::size_t>(features_.count());
  order_.resize(count * samples_);
  if (carry_) before_.resize(count * samples_);
  std::vector<std::int32_t> number(static_cast<std::size_t>(features_.rows()), -1);
  for (int i = 0; i < node.block.size(); ++i) number[size_t(node.block.source(i))] = i;
  for (int f = 0; f < features_.count(); ++f) {
    std::size_t n = 0;
    for (auto const row : features_.order(f))
      if (number[size_t(row)] >= 0) order(f, node)[n++] = number[size_t(row)];
    node.active.push_back(f);
  }
  sum_before_all(node);
  return node;
}

bool SplitSearch::constant(int feature, SplitNode const& node) {
  if (features_.distinct(feature)) return false;
  auto const* const o = order(feature, node);
  auto const last = static_cast<std::size_t>(node.block.size()) - 1;
  return !SortedFeatures::apart(value(feature, node, o[0]), value(feature, node, o[last]));
}

std::vector<int> SplitSearch::visited(SplitNode& node, RandomStream& random) {
  auto const count = static_cast<std::size_t>(features_.count());
  auto const wanted = static_cast<std::size_t>(options_.max_features);
  auto const is_constant = [&](int f) { return constant(f, node); };
  if (wanted == 0 || wanted >= count) {
    std::erase_if(node.active, is_constant);
    return node.active;
  }
  std::vector<int> out;
  for (std::size_t i = 0; i < count && (i < wanted || out.empty()); ++i) {
    std::swap(shuffled_[i], shuffled_[i + random.below(count - i)]);
    int const f = shuffled_[i];
    auto const at = std::lower_bound(node.active.begin(), node.active.end(), f);
    if (at == node.active.end() || *at != f) continue;
    if (is_constant(f))
      node.active.erase(at);
    else
      out.push_back(f);
  }
  return out;
}

SplitChoice SplitSearch::choose(SplitNode& node, RandomStream& random) {
  std::uint64_t const key = random.next64();
  auto const looked_at = visited(node, random);
  totals_ = {node.block.total_weight(), node.block.total_reach()};
  double top = nothing;
  for (int const f : looked_at) {
    find_cuts(f, node);
    double best = nothing;
    for (auto const& cut : cuts_) best = std::max(best, cut.gain);
    best_[size_t(f)] = best;
    top = std::max(top, best);
  }
  if (top == nothing) return {};
  double const equal = 1e-12 * node.block.total_norm();
  SplitChoice choice;
  for (int const f : looked_at)
    if (best_[size_t(f)] >= top - equal &&
        (choice.feature < 0 || priority(key, f) < priority(key, choice.feature)))
      choice.feature = f;
  int const f = choice.feature;
  find_cuts(f, node);
  auto const cut = *std::find_if(cuts_.begin(), cuts_.end(), [&](Cut const& one) {
    return one.gain >= best_[size_t(f)] - equal;
  });
  choice.left = cut.left;
  choice.gain = cut.gain;
  auto const* const o = order(f, node);
  double const low = value(f, node, o[cut.left - 1]), high = value(f, node, o[cut.left]);
  choice.threshold = low / 2 + high / 2;
  if (choice.threshold == high) choice.threshold = low;
  return choice;
}

bool SplitSearch::may_cut(int feature, SplitNode const& node, std::int32_t const* o,
                          std::size_t left) {
  auto const least = static_cast<std::size_t>(options_.min_samples_leaf);
  auto const n = static_cast<std::size_t>(node.block.size());
  if (left < std::max<std::size_t>(least, 1) || n - left < std::max<std::size_t>(least, 1))
    return false;
  return features_.distinct(feature) ||
         SortedFeatures::apart(value(feature, node, o[left - 1]), value(feature, node, o[left]));
}

/// Of the samples on one side: their weight, the sum of their own block of A, and of their rows.
void SplitSearch::add_cut(std::size_t left, double weight, double own, double reach) {
  double const p = weight / totals_.weight;
  double const moved = own - 2 * p * reach + p * p * totals_.reach;
  cuts_.push_back({left, moved * totals_.weight / (weight * (totals_.weight - weight))});
}

void SplitSearch::find_cuts(int feature, SplitNode const& node) {
  cuts_.clear();
  if (features_.mostly_one(feature))
    walk_from_ends(feature, node);
  else
    walk(feature, node);
}

void SplitSearch::walk(int feature, SplitNode const& node) {
  auto const n = static_cast<std::size_t>(node.block.size());
  auto const* const o = order(feature, node);
  double const* r = nullptr;
  if (carry_) {
    r = before(feature, node);
  } else {
    scratch_.resize(n);
    sum_before(node, o, n, scratch_.data());
    r = scratch_.data();
  }
  double weight = 0, own = 0, reach = 0;
  for (std::size_t k = 0; k + 1 < n; ++k) {
    int const i = o[k];
    weight += node.block.weight(i);
    own += 2 * r[k] + node.block.row(i)[i];
    reach += node.block.reach(i);
    if (may_cut(feature, node, o, k + 1)) add_cut(k + 1, weight, own, reach);
  }
}

/// A feature of which most rows share a value: cuts below that value are found from the low end,
/// those above from the high end, so the shared value's samples are never summed.
void SplitSearch::walk_from_ends(int feature, SplitNode const& node) {
  auto const n = static_cast<std::size_t>(node.block.size());
  auto const* const o = order(feature, node);
  float const common = features_.common_value(feature);
  auto const side = [&](auto at, auto step, std::size_t limit, auto left_of) {
    double weight = 0, own = 0, reach = 0;
    for (std::size_t k = 0; k < limit; ++k) {
      int const i = at[static_cast<std::ptrdiff_t>(k) * step];
      double const* const a = node.block.row(i);
      double r = 0;
      for (std::size_t j = 0; j < k; ++j) r += a[at[static_cast<std::ptrdiff_t>(j) * step]];
      weight += node.block.weight(i);
      own += 2 * r + a[i];
      reach += node.block.reach(i);
      std::size_t const left = left_of(k + 1);
      if (may_cut(feature, node, o, left)) add_cut(left, weight, own, reach);
    }
  };
  auto const x = [&](std::int32_t sample) { return value(feature, node, sample); };
  auto const* const low = std::partition_point(o, o + n, [&](auto s) { return x(s) < common; });
  auto const* const high = std::partition_point(low, o + n, [&](auto s) { return x(s) <= common; });
  auto const below = static_cast<std::size_t>(low - o);
  auto const above = n - static_cast<std::size_t>(high - o);
  side(o, std::ptrdiff_t{1}, std::min(below, n - 1), [](std::size_t k) { return k; });
  auto const cuts_below = static_cast<std::ptrdiff_t>(cuts_.size());
  side(o + n - 1, std::ptrdiff_t{-1}, std::min(above, n - 1), [&](std::size_t k) { return n - k; });
  std::reverse(cuts_.begin() + cuts_below, cuts_.end());
}

/// before[k] = sum of A between sample order[k] and those before it.
void SplitSearch::sum_before(SplitNode const& node, std::int32_t const* order, std::size_t n,
                             double* before) {
  RunningSum sum(sums_, node.block);
  for (std::size_t k = 0; k < n; ++k) {
    before[k] = sum.at(order[k]);
    sum.add(node.block.row(order[k]));
  }
}

/// The same for all features, a tile of columns after the other.
void SplitSearch::sum_before_all(SplitNode const& node) {
  std::size_t const width = tile_width(node.block), columns = node.block.padded();
  for (std::size_t first = 0; first < columns; first += width)
    for (int const f : node.active) {
      if (!carries(f)) continue;
      auto const* const o = order(f, node);
      double* const r = before(f, node);
      RunningSum sum(sums_, first, std::min(first + width, columns));
      for (std::size_t k = 0; k < samples_; ++k) {
        if (sum.holds(o[k])) r[k] = sum.at(o[k]);
        sum.add(node.block.row(o[k]));
      }
    }
}

std::pair<SplitNode, SplitNode> SplitSearch::split(SplitNode node, SplitChoice const& choice) {
  auto const n = static_cast<std::size_t>(node.block.size());
  auto const* const o = order(choice.feature, node);
  bool const left_leaves = 2 * choice.left <= n;
  std::vector<std::int32_t> leaving(o + (left_leaves ? 0 : choice.left),
                                    o + (left_leaves ? choice.left : n));
  std::sort(leaving.begin(), leaving.end());
  auto const parting = node.block.parting(std::move(leaving));
  // The larger child first in every order, then the smaller.
  std::size_t const kept = n - parting.leaving.size();
  SplitNode smaller{node.block.copy_of_leaving(parting), node.first + kept, node.active};
  for (int const f : node.active) part_order(f, node, smaller.block, parting);
  node.block.drop_leaving(parting);
  if (left_leaves) return {std::move(smaller), std::move(node)};
  return {std::move(node), std::move(smaller)};
}

void SplitSearch::part_order(int feature, SplitNode const& parent, GramBlock const& smaller,
                             GramBlock::Parting const& parting) {
  auto const& leaves = parting.leaves;
  auto const& place = parting.place;
  auto const n = static_cast<std::size_t>(parent.block.size());
  auto* const o = order(feature, parent);
  aside_.clear();
  std::size_t kept = 0;
  if (!carries(feature)) {
    for (std::size_t k = 0; k < n; ++k)
      if (auto const i = size_t(o[k]); leaves[i] != 0)
        aside_.push_back(place[i]);
      else
        o[kept++] = place[i];
    std::copy(aside_.begin(), aside_.end(), o + kept);
    return;
  }
  double* const r = before(feature, parent);
  RunningSum gone(sums_, parent.block);
  for (std::size_t k = 0; k < n; ++k) {
    auto const i = size_t(o[k]);
    if (leaves[i] != 0) {
      gone.add(parent.block.row(o[k]));
      aside_.push_back(place[i]);
    } else {
      r[kept] = r[k] - gone.at(o[k]);
      o[kept++] = place[i];
    }
  }
  std::copy(aside_.begin(), aside_.end(), o + kept);
  RunningSum own(sums_, smaller);
  for (std::size_t k = kept; k < n; ++k) {
    r[k] = own.at(o[k]);
    own.add(smaller.row(o[k]));
  }
}

}  // namespace pertscale
