#include "statistics/rank_sums.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace pertscale {

RankSums::RankSums(RankDesign design, RankOptions options)
    : design_(std::move(design)), options_(options) {
  strata_.assign(design_.strata, {});
  bool const rest = options_.reference == TestReference::rest;
  for (auto const& group : design_.groups) {
    if (group.stratum >= design_.strata || group.row >= design_.rows ||
        group.row + 1 < first_group_.size())
      throw InternalError("groups of a rank test out of order");
    while (first_group_.size() <= group.row) first_group_.push_back(groups_.size());
    bool const member = rest || group.control;
    groups_.push_back({0, group.stratum, member ? 1U : 0U, 0, 0, 0, 0});
    if (member) strata_[group.stratum].cells += group.cells;
  }
  while (first_group_.size() <= design_.rows) first_group_.push_back(groups_.size());
  sides_.resize(groups_.size());
  sums_.resize(groups_.size());
  naturals_.resize(groups_.size());
}

void RankSums::reset() {
  for (auto& group : groups_) {
    group.twice = group.values = 0;
    group.ties = 0;
  }
  std::fill(sides_.begin(), sides_.end(), Side{0, 0, 0});
  std::fill(sums_.begin(), sums_.end(), Sums{0, 0});
  std::fill(naturals_.begin(), naturals_.end(), 0);
  for (auto& stratum : strata_) {
    stratum.count = stratum.negative = stratum.zeros = 0;
    stratum.ties = 0;
    stratum.sixth = 0;
  }
}

/// Sums in ascending order.
template <class Key>
void RankSums::sum_values(RankEntry<Key> const* begin, RankEntry<Key> const* end) {
  if (options_.sums == SummedValues::logs) {
    for (auto const* entry = begin; entry != end; ++entry) {
      auto& sums = sums_[entry->group];
      double const value = value_of(entry->key);
      sums.sum += value;
      sums.squares += value * value;
    }
  }
  bool const all = options_.sums == SummedValues::naturals;
  if (!all && !options_.control_naturals) return;
  Key last = 0;
  double natural = 0;
  for (auto const* entry = begin; entry != end; ++entry) {
    bool const control = design_.groups[entry->group].control;
    if (!all && !control) continue;
    if (entry->key != last) natural = std::expm1(value_of(entry->key));
    last = entry->key;
    if (control) naturals_[entry->group] += natural;
    if (!all) continue;
    sums_[entry->group].sum += natural;
    sums_[entry->group].squares += natural * natural;
  }
}

namespace {

/// `yes` where `choice` is 1, `no` where it is 0: arithmetic, lest a branch is made of it.
std::int64_t chosen(std::int64_t choice, std::int64_t yes, std::int64_t no) {
  return no ^ ((yes ^ no) & -choice);
}

}  // namespace

/// Cells compared with, counted along a walk, and how many there were where the present tie block
/// began. Of many strata, each is looked up.
template <bool one>
class RankSums::Count {
 public:
  explicit Count(std::vector<Stratum>& strata) : strata_(strata) {
    if constexpr (one)
      here_ = strata_[0];
    else
      for (auto& stratum : strata_) stratum.block = 0;
  }
  ~Count() {
    if constexpr (one) strata_[0] = here_;
  }
  Count(Count const&) = delete;
  Count& operator=(Count const&) = delete;

  Stratum& at(std::uint32_t stratum) { return one ? here_ : strata_[stratum]; }
  /// At an entry of a block; `changed` 1: the first of it.
  std::int64_t at_block(std::uint32_t stratum, std::uint32_t block, std::uint32_t changed) {
    auto& here = at(stratum);
    std::int64_t const first = one ? changed : here.block != block ? 1 : 0;
    here.at_block = chosen(first, here.count, here.at_block);
    here.block = block;
    return here.at_block;
  }

 private:
  std::vector<Stratum>& strata_;
  Stratum here_{};
};

/// For each entry, the cells compared with that lie below its tie block. The loops over entries do
/// without branches that depend on the data: half of the blocks are of one cell, at random.
template <bool one, class Key>
void RankSums::count_up(RankEntry<Key> const* begin, RankEntry<Key> const* end) {
  Count<one> count(strata_);
  std::uint32_t block = 1;
  Key last = ~begin->key;
  std::uint32_t* below = below_.data();
  for (auto const* entry = begin; entry != end; ++entry, ++below) {
    std::uint32_t const changed = entry->key != last ? 1 : 0;
    last = entry->key;
    block += changed;
    auto const& group = groups_[entry->group];
    *below = static_cast<std::uint32_t>(count.at_block(group.stratum, block, changed));
    count.at(group.stratum).count += group.member;
  }
}

/// Adds to a number of 128 bits; the carry is rare.
inline void RankSums::add_sixth(std::uint64_t term, std::uint64_t& low, Wide& high) {
  low += term;
  if (low < term) [[unlikely]]
    high += Wide{1} << 64;
}

/// Back again: cells compared with up to the end of each tie block, hence U; and tie terms, cell by
/// cell: with f(t) = t^3 - t, (f(t + 1) - f(t)) / 6 = t (t + 1) / 2.
template <bool rest, bool one, class Key>
void RankSums::count_down(RankEntry<Key> const* begin, RankEntry<Key> const* end) {
  for (auto& group : groups_) group.block = 0;
  Count<one> count(strata_);
  std::uint32_t block = 1;
  Key last = ~end[-1].key;
  std::uint32_t const* below = below_.data() + (end - begin);
  for (auto const* entry = end; entry != begin;) {
    --entry;
    --below;
    std::uint32_t const changed = entry->key != last ? 1 : 0;
    last = entry->key;
    block += changed;
    auto& group = groups_[entry->group];
    std::int64_t const at_end = count.at_block(group.stratum, block, changed);
    auto& stratum = count.at(group.stratum);
    auto const met = static_cast<std::uint64_t>(at_end - stratum.count);
    stratum.count -= group.member;
    add_sixth(met * (met + 1) / 2 * group.member, stratum.sixth, stratum.ties);
    group.twice += *below + at_end + (rest ? 1 : 0);
    group.values += 1;
    if constexpr (!rest) {
      std::int64_t const place = chosen(group.block == block ? 1 : 0, group.block_place, 0);
      group.block = block;
      group.block_place = static_cast<std::uint32_t>(place + 1);
      auto const tied = static_cast<std::uint64_t>(at_end - *below + place);
      add_sixth(tied * (tied + 1) / 2, group.ties, sides_[entry->group].ties);
    }
  }
}

template <bool rest, class Key>
void RankSums::walk(RankEntry<Key> const* begin, RankEntry<Key> const* end) {
  if (begin == end) return;
  sum_values(begin, end);
  for (auto& stratum : strata_) stratum.count = 0;
  if (strata_.size() == 1) {
    count_up<true>(begin, end);
    count_down<rest, true>(begin, end);
  } else {
    count_up<false>(begin, end);
    count_down<rest, false>(begin, end);
  }
  bool const positive = value_of(begin->key) > 0;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    (positive ? sides_[g].positive : sides_[g].negative) = groups_[g].values;
    groups_[g].values = 0;
  }
}

/// Whole tie terms from their sixths.
void RankSums::finish_ties() {
  for (std::size_t g = 0; g < groups_.size(); ++g)
    sides_[g].ties = 6 * (sides_[g].ties + groups_[g].ties);
  for (auto& stratum : strata_) stratum.ties = 6 * (stratum.ties + stratum.sixth);
}

/// Zeros are one tie block between the negative and the positive values.
template <bool rest>
void RankSums::add_zeros() {
  auto const zeros = [&](std::size_t g) {
    return design_.groups[g].cells - sides_[g].negative - sides_[g].positive;
  };
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    if (groups_[g].member == 0) continue;
    auto& stratum = strata_[groups_[g].stratum];
    stratum.negative += sides_[g].negative;
    stratum.zeros += zeros(g);
  }
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    auto const& stratum = strata_[groups_[g].stratum];
    auto& twice = groups_[g].twice;
    twice += zeros(g) * (2 * stratum.negative + stratum.zeros + (rest ? 1 : 0));
    twice += 2 * sides_[g].positive * (stratum.negative + stratum.zeros);
    if (!rest)
      sides_[g].ties += cube_less_one(stratum.zeros + zeros(g)) - cube_less_one(stratum.zeros);
  }
  for (auto& stratum : strata_) stratum.ties += cube_less_one(stratum.zeros);
}

template <class Key>
void RankSums::rank_entries(std::vector<RankEntry<Key>>& entries,
                            std::vector<RankEntry<Key>>& scratch) {
  reset();
  radix_sort(entries, scratch);
  if (below_.size() < entries.size()) below_.resize(entries.size());
  auto const zero = std::partition_point(entries.begin(), entries.end(),
                                         [](auto const& entry) { return value_of(entry.key) < 0; });
  auto const* const begin = entries.data();
  auto const* const middle = begin + (zero - entries.begin());
  auto const* const end = begin + entries.size();
  if (options_.reference == TestReference::rest) {
    walk<true>(begin, middle);
    walk<true>(middle, end);
    finish_ties();
    add_zeros<true>();
  } else {
    walk<false>(begin, middle);
    walk<false>(middle, end);
    finish_ties();
    add_zeros<false>();
  }
}

template void RankSums::rank_entries(std::vector<RankEntry<std::uint32_t>>&,
                                     std::vector<RankEntry<std::uint32_t>>&);
template void RankSums::rank_entries(std::vector<RankEntry<std::uint64_t>>&,
                                     std::vector<RankEntry<std::uint64_t>>&);

}  // namespace pertscale
