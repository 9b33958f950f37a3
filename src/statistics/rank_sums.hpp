#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "statistics/radix_sort.hpp"
#include "statistics/welch.hpp"

/// Mann-Whitney U tests (Mann and Whitney 1947; Wilcoxon 1945) of every group of cells at once.
namespace pertscale {

/// What a group is compared with: the control cells of its strata, or all other cells there
/// (control among them).
enum class TestReference { control, rest };

/// What is summed beside the ranks: nothing, the values themselves, or expm1 of them.
enum class SummedValues { none, logs, naturals };

/// The cells of one row of Labels in one stratum: tests compare within strata only.
struct RankGroup {
  std::uint32_t row = 0;
  std::uint32_t stratum = 0;
  std::int64_t cells = 0;
  bool control = false;
};

/// Groups sorted by row, then stratum; every row has at least one.
struct RankDesign {
  std::vector<RankGroup> groups;
  std::size_t rows = 0;
  std::size_t strata = 0;
};

struct RankOptions {
  TestReference reference = TestReference::control;
  bool continuity = false;  ///< 0.5 is taken off |U - mean|; U = mean gives p = 1 (pdex)
  SummedValues sums = SummedValues::logs;
  bool control_naturals = false;  ///< sum expm1 of the control cells' values in any case
};

/// The outcome for one row. NaN where no stratum holds both sides.
struct RankTest {
  double score = 0;                   ///< z, positive where the group's values are higher
  double pvalue = 1;                  ///< two-sided, normal approximation with tie correction
  double u = 0;                       ///< U of the group, ties count half; over strata their sum
  std::size_t strata = 0;             ///< that hold both sides
  std::size_t without_reference = 0;  ///< that hold cells of the group but none to compare with
};

/// Ranks one gene after another. All groups share one sort of the gene's stored values and one walk
/// over them; zeros are one block that is never stored. U and tie terms are exact integers and sums
/// run in ascending order of the values, so the order of the cells changes no bit.
class RankSums {
 public:
  RankSums(RankDesign design, RankOptions options);

  /// Takes the stored values of one gene in any order, zeros left out. Sorts them.
  void rank(std::vector<RankEntry<std::uint32_t>>& entries) { rank_entries(entries, scratch32_); }
  void rank(std::vector<RankEntry<std::uint64_t>>& entries) { rank_entries(entries, scratch64_); }

  /// z = (U - n1 n0 / 2) / sd, sd^2 = n1 n0 / 12 (N + 1 - sum(t^3 - t) / (N (N - 1))). All values
  /// equal: score 0, p 1. Over several strata the test of van Elteren (1960): sum of w (U - mean)
  /// over the root of the sum of w^2 sd^2, w = 1 / (N + 1) of each stratum.
  RankTest test(std::size_t row) const;
  /// Of the values that are summed, over the cells of the row.
  SampleMoments moments(std::size_t row) const;
  /// Mean of expm1 of the values over the cells of a control row.
  double control_natural(std::size_t row) const;

  RankDesign const& design() const { return design_; }

 private:
  __extension__ using Wide = unsigned __int128;

  /// What the inner loops touch of a group.
  struct Group {
    std::int64_t twice;  ///< twice U, or twice the rank sum while the reference is `rest`
    std::uint32_t stratum, member;     ///< member 1: one of the cells that groups are compared with
    std::uint32_t block, block_place;  ///< the tie block met last, and cells of the group in it
    std::uint64_t ties;                ///< a sixth of `Side::ties`, modulo 2^64
    std::int64_t values;               ///< of the present walk
  };
  /// The rest of a group.
  struct Side {
    std::int64_t negative, positive;  ///< values
    Wide ties;  ///< by which the tie term of group and control exceeds that of control alone
  };
  struct Sums {
    double sum, squares;
  };
  /// Of the cells that groups are compared with (control, or all), values up to where a walk is.
  struct Stratum {
    std::int64_t count, at_block;  ///< so far, and where the tie block that was met last begins
    std::uint32_t block;
    std::uint64_t sixth;  ///< of the tie term, modulo 2^64
    std::int64_t negative, zeros, cells;
    Wide ties;
  };
  struct Compared {
    std::int64_t cells, reference, twice_excess;  ///< twice (U - mean)
    double variance;                              ///< of U; 0: all values equal
  };

  static Wide cube_less_one(std::int64_t t) {
    auto const n = static_cast<Wide>(t);
    return n * n * n - n;
  }
  template <class Key>
  void rank_entries(std::vector<RankEntry<Key>>& entries, std::vector<RankEntry<Key>>& scratch);
  /// Entries [begin, end), sorted, all negative or all positive.
  template <bool rest, class Key>
  void walk(RankEntry<Key> const* begin, RankEntry<Key> const* end);
  template <bool one>
  class Count;
  template <bool one, class Key>
  void count_up(RankEntry<Key> const* begin, RankEntry<Key> const* end);
  template <bool rest, bool one, class Key>
  void count_down(RankEntry<Key> const* begin, RankEntry<Key> const* end);
  template <class Key>
  void sum_values(RankEntry<Key> const* begin, RankEntry<Key> const* end);
  template <bool rest>
  void add_zeros();
  void reset();
  void finish_ties();
  static void add_sixth(std::uint64_t term, std::uint64_t& low, Wide& high);
  bool compare(std::size_t group, Compared& out) const;

  RankDesign design_;
  RankOptions options_;
  std::vector<std::size_t> first_group_;  ///< of each row, and the end
  std::vector<Group> groups_;
  std::vector<Side> sides_;
  std::vector<Sums> sums_;
  std::vector<double> naturals_;
  std::vector<Stratum> strata_;
  std::vector<std::uint32_t> below_;  ///< of each entry: cells compared with below its tie block
  std::vector<RankEntry<std::uint32_t>> scratch32_;
  std::vector<RankEntry<std::uint64_t>> scratch64_;
};

/// Moments of all other sets of cells, for each of these: what `rest` compares means with.
std::vector<SampleMoments> rest_moments(std::vector<SampleMoments> const& rows);

/// P(|Z| >= |z|) of a standard normal Z.
double normal_two_sided(double z);

}  // namespace pertscale
