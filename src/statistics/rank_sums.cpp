#include "statistics/rank_sums.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace pertscale {

RankSums::RankSums(RankDesign design, RankOptions options)
    : design_(std::move(design)), options_(options) {
  strata_.assign(design_.strata, {});
  for (auto const& group : design_.groups) {
    if (group.stratum >= design_.strata || group.row >= design_.rows ||
        group.row + 1 < first_group_.size())
      throw InternalError("groups of a rank test out of order");
    while (first_group_.size() <= group.row) first_group_.push_back(groups_.size());
    groups_.push_back({0, 0, 0, 0, group.stratum, 0, 0, group.control, 0});
    if (options_.reference == TestReference::rest || group.control)
      strata_[group.stratum].cells += group.cells;
  }
  while (first_group_.size() <= design_.rows) first_group_.push_back(groups_.size());
}

inline void RankSums::add_value(Group& group, double value) const {
  bool const natural = options_.sums == SummedValues::naturals;
  double const summed = natural ? std::expm1(value) : value;
  group.sum += summed;
  group.squares += summed * summed;
  if (options_.control_naturals && group.control)
    group.natural += natural ? summed : std::expm1(value);
}

/// Values [begin, end) are equal and more than one.
template <bool rest, class Key>
void RankSums::tie_block(RankEntry<Key> const* begin, RankEntry<Key> const* end) {
  for (auto const* entry = begin; entry != end; ++entry) {
    auto& group = groups_[entry->group];
    if (rest || group.control) ++strata_[group.stratum].in_block;
    if (!rest && group.in_block++ == 0) touched_.push_back(entry->group);
  }
  if (rest) {
    for (auto const* entry = begin; entry != end; ++entry) {
      auto& group = groups_[entry->group];
      auto const& stratum = strata_[group.stratum];
      group.twice += 2 * stratum.below + stratum.in_block + 1;
    }
  } else {
    for (auto const g : touched_) {
      auto& group = groups_[g];
      auto const& stratum = strata_[group.stratum];
      auto const here = static_cast<std::int64_t>(group.in_block);
      group.in_block = 0;
      if (group.control) continue;
      group.twice += here * (2 * stratum.below + stratum.in_block);
      group.ties += cube_less_one(stratum.in_block + here) - cube_less_one(stratum.in_block);
    }
    touched_.clear();
  }
  for (auto const* entry = begin; entry != end; ++entry) {
    auto& stratum = strata_[groups_[entry->group].stratum];
    if (stratum.in_block == 0) continue;
    stratum.ties += cube_less_one(stratum.in_block);
    stratum.below += stratum.in_block;
    stratum.in_block = 0;
  }
}

template <bool rest>
void RankSums::zero_block() {
  auto const zeros = [&](std::size_t g) {
    return design_.groups[g].cells - static_cast<std::int64_t>(groups_[g].nonzero);
  };
  for (std::size_t g = 0; g < groups_.size(); ++g)
    if (rest || groups_[g].control) strata_[groups_[g].stratum].in_block += zeros(g);
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    auto& group = groups_[g];
    auto const& stratum = strata_[group.stratum];
    if (rest) {
      group.twice += zeros(g) * (2 * stratum.below + stratum.in_block + 1);
    } else if (!group.control) {
      group.twice += zeros(g) * (2 * stratum.below + stratum.in_block);
      group.ties += cube_less_one(stratum.in_block + zeros(g)) - cube_less_one(stratum.in_block);
    }
  }
  for (auto& stratum : strata_) {
    stratum.ties += cube_less_one(stratum.in_block);
    stratum.below += stratum.in_block;
    stratum.in_block = 0;
  }
}

template <bool rest, class Key>
void RankSums::walk(std::vector<RankEntry<Key>> const& entries, std::size_t begin,
                    std::size_t end) {
  bool const sums = options_.sums != SummedValues::none || options_.control_naturals;
  for (std::size_t i = begin; i < end;) {
    auto const key = entries[i].key;
    std::size_t next = i + 1;
    while (next < end && entries[next].key == key) ++next;
    if (sums) {
      double const value = value_of(key);
      for (std::size_t k = i; k < next; ++k) add_value(groups_[entries[k].group], value);
    }
    if (next == i + 1) {
      auto& group = groups_[entries[i].group];
      auto& stratum = strata_[group.stratum];
      group.twice += 2 * stratum.below + (rest ? 2 : 0);
      stratum.below += rest || group.control ? 1 : 0;
    } else {
      tie_block<rest>(entries.data() + i, entries.data() + next);
    }
    i = next;
  }
}

template <class Key>
void RankSums::rank_entries(std::vector<RankEntry<Key>>& entries,
                            std::vector<RankEntry<Key>>& scratch) {
  for (auto& group : groups_) {
    group.twice = 0;
    group.sum = group.squares = group.natural = 0;
    group.nonzero = 0;
    group.ties = 0;
  }
  for (auto& stratum : strata_) {
    stratum.below = 0;
    stratum.ties = 0;
  }
  for (auto const& entry : entries) ++groups_[entry.group].nonzero;
  radix_sort(entries, scratch);
  auto const zero = std::partition_point(entries.begin(), entries.end(),
                                         [](auto const& entry) { return value_of(entry.key) < 0; });
  auto const split = static_cast<std::size_t>(zero - entries.begin());
  if (options_.reference == TestReference::rest) {
    walk<true>(entries, 0, split);
    zero_block<true>();
    walk<true>(entries, split, entries.size());
  } else {
    walk<false>(entries, 0, split);
    zero_block<false>();
    walk<false>(entries, split, entries.size());
  }
}

template void RankSums::rank_entries(std::vector<RankEntry<std::uint32_t>>&,
                                     std::vector<RankEntry<std::uint32_t>>&);
template void RankSums::rank_entries(std::vector<RankEntry<std::uint64_t>>&,
                                     std::vector<RankEntry<std::uint64_t>>&);

}  // namespace pertscale
