#include "statistics/rank_sums.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "core/random.hpp"

using namespace pertscale;

namespace {

/// Cells of one gene: value and group of each.
struct Cells {
  std::vector<double> values;
  std::vector<std::uint32_t> groups;
};

template <class Key>
std::vector<RankEntry<Key>> entries_of(Cells const& cells) {
  std::vector<RankEntry<Key>> out;
  for (std::size_t i = 0; i < cells.values.size(); ++i) {
    double const value = cells.values[i];
    if (value == 0) continue;
    if constexpr (sizeof(Key) == 4)
      out.push_back({ordered_bits(static_cast<float>(value)), cells.groups[i]});
    else
      out.push_back({ordered_bits(value), cells.groups[i]});
  }
  return out;
}

/// U and z of x against y, pair by pair.
struct Plain {
  double u = 0, score = 0, pvalue = 1, variance = 0;
};

Plain plain_test(std::vector<double> const& x, std::vector<double> const& y,
                 double correction = 0) {
  Plain out;
  std::map<double, double> counts;
  for (double const a : x) {
    ++counts[a];
    for (double const b : y) out.u += a > b ? 1 : a == b ? 0.5 : 0;
  }
  for (double const b : y) ++counts[b];
  double ties = 0;
  for (auto const& [value, t] : counts) ties += t * t * t - t;
  auto const n1 = static_cast<double>(x.size()), n0 = static_cast<double>(y.size());
  double const n = n1 + n0;
  out.variance = n1 * n0 / 12 * (n + 1 - ties / (n * (n - 1)));
  double const excess = out.u - n1 * n0 / 2;
  if (counts.size() == 1) return out;
  double const corrected =
      std::copysign(std::max(0.0, std::fabs(excess) - (excess == 0 ? 0 : correction)), excess);
  out.score = corrected / std::sqrt(out.variance);
  out.pvalue = std::erfc(std::fabs(out.score) / std::sqrt(2.0));
  return out;
}

/// Cells of a screen of three rows (row 0: control) in two strata, ties and negatives among them.
struct Made {
  RankDesign design;
  Cells cells;

  explicit Made(std::uint64_t seed, std::size_t strata = 2, bool negative = true) {
    RandomStream random(seed, "rank sums");
    design.rows = 3;
    design.strata = strata;
    for (std::uint32_t row = 0; row < 3; ++row)
      for (std::uint32_t s = 0; s < strata; ++s) {
        auto const count = static_cast<std::int64_t>(4 + random.below(30));
        for (std::int64_t c = 0; c < count; ++c) {
          cells.groups.push_back(static_cast<std::uint32_t>(design.groups.size()));
          auto const kind = random.below(4);
          double const value = kind < 2 ? 0 : 0.25 * static_cast<double>(random.below(8));
          double const fine = kind == 3 ? static_cast<float>(random.normal()) : value;
          cells.values.push_back(negative ? fine : std::fabs(fine));
        }
        design.groups.push_back({row, s, count, row == 0});
      }
  }
  /// Values of some groups.
  template <class Wanted>
  std::vector<double> values(Wanted wanted) const {
    std::vector<double> out;
    for (std::size_t i = 0; i < cells.values.size(); ++i)
      if (wanted(design.groups[cells.groups[i]])) out.push_back(cells.values[i]);
    return out;
  }
  Plain plain(std::uint32_t row, std::uint32_t stratum, TestReference reference,
              double correction = 0) const {
    return plain_test(values([&](auto const& g) { return g.row == row && g.stratum == stratum; }),
                      values([&](auto const& g) {
                        return g.stratum == stratum &&
                               (reference == TestReference::control ? g.control : g.row != row);
                      }),
                      correction);
  }
};

constexpr TestReference references[] = {TestReference::control, TestReference::rest};

}  // namespace

TEST_CASE("four cells against five, by hand") {
  // group 0 0 1 3, control 0 1 1 2 (-1): pairs won 1 + 1 + (2 + 2 * 0.5) + 5, ties with zero 2 *
  // 0.5
  RankSums sums({{{0, 0, 5, true}, {1, 0, 4, false}}, 2, 1}, {});
  Cells const cells{{0, 1, 1, 2, -1, 0, 0, 1, 3}, {0, 0, 0, 0, 0, 1, 1, 1, 1}};
  auto entries = entries_of<std::uint32_t>(cells);
  sums.rank(entries);
  auto const test = sums.test(1);

  CHECK(test.u == 11);
  // ties: zeros 3 (24), ones 3 (24)
  double const variance = 20.0 / 12 * (10 - 48.0 / 72);
  CHECK(test.score == Approx(1 / std::sqrt(variance)).epsilon(1e-15));
  CHECK(test.pvalue == Approx(std::erfc(1 / std::sqrt(2 * variance))).epsilon(1e-15));
  CHECK(test.strata == 1);
  CHECK(sums.moments(1).mean == 1);
  CHECK(sums.moments(1).variance == Approx(2));
}

TEST_CASE("U, z and p of the plain test, within strata, for both references and key widths") {
  for (std::uint64_t seed = 0; seed < 40; ++seed)
    for (auto const reference : references)
      for (bool const continuity : {false, true}) {
        Made const made(seed, 1, seed % 2 == 0);
        RankSums sums(made.design, {reference, continuity, SummedValues::logs, false});
        auto narrow = entries_of<std::uint32_t>(made.cells);
        auto wide = entries_of<std::uint64_t>(made.cells);
        for (int width : {32, 64}) {
          if (width == 32)
            sums.rank(narrow);
          else
            sums.rank(wide);
          for (std::uint32_t row = 1; row < 3; ++row) {
            auto const plain = made.plain(row, 0, reference, continuity ? 0.5 : 0);
            auto const test = sums.test(row);
            CHECK(test.u == plain.u);
            CHECK(test.score == Approx(plain.score).epsilon(1e-12).margin(1e-14));
            CHECK(test.pvalue == Approx(plain.pvalue).epsilon(1e-11));
          }
        }
      }
}

TEST_CASE("van Elteren: excesses weighted by 1 / (N + 1), stratum by stratum") {
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    for (auto const reference : references) {
      Made const made(seed, 3);
      RankSums sums(made.design, {reference, false, SummedValues::none, false});
      auto entries = entries_of<std::uint32_t>(made.cells);
      sums.rank(entries);
      for (std::uint32_t row = 1; row < 3; ++row) {
        double excess = 0, variance = 0, u = 0;
        for (std::uint32_t s = 0; s < 3; ++s) {
          auto const plain = made.plain(row, s, reference);
          auto const n1 = static_cast<double>(made.design.groups[3 * row + s].cells);
          double n0 = -n1;
          for (auto const& group : made.design.groups)
            if (group.stratum == s) n0 += static_cast<double>(group.cells);
          if (reference == TestReference::control)
            n0 = static_cast<double>(made.design.groups[s].cells);
          double const weight = 1 / (n1 + n0 + 1);
          excess += weight * (plain.u - n1 * n0 / 2);
          variance += weight * weight * plain.variance;
          u += plain.u;
        }
        auto const test = sums.test(row);
        CHECK(test.u == u);
        CHECK(test.score == Approx(excess / std::sqrt(variance)).epsilon(1e-12));
        CHECK(test.strata == 3);
      }
    }
}

TEST_CASE("a stratum without one of the sides adds nothing; without any there is no test") {
  // stratum 0: control and row 1; stratum 1: rows 1 and 2 only
  RankDesign const design{
      {{0, 0, 4, true}, {1, 0, 3, false}, {1, 1, 2, false}, {2, 1, 2, false}}, 3, 2};
  Cells const cells{{1, 2, 0, 0, 3, 2, 0, 9, 9, 1, 0}, {0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 3}};
  RankSums sums(design, {});
  auto entries = entries_of<std::uint64_t>(cells);
  sums.rank(entries);

  RankSums alone({{{0, 0, 4, true}, {1, 0, 3, false}}, 2, 1}, {});
  Cells const first{{1, 2, 0, 0, 3, 2, 0}, {0, 0, 0, 0, 1, 1, 1}};
  auto few = entries_of<std::uint64_t>(first);
  alone.rank(few);

  auto const test = sums.test(1), plain = alone.test(1);
  CHECK(test.score == plain.score);
  CHECK(test.pvalue == plain.pvalue);
  CHECK(test.u == plain.u);
  CHECK(test.strata == 1);
  CHECK(test.without_reference == 1);
  CHECK(std::isnan(sums.test(2).pvalue));
  CHECK(sums.test(2).without_reference == 1);
}

TEST_CASE("a constant gene has score 0 and p 1; U at its mean has p 1 with continuity") {
  RankDesign const design{{{0, 0, 3, true}, {1, 0, 2, false}}, 2, 1};
  for (auto const reference : references)
    for (double const value : {0.0, 1.5, -2.0}) {
      RankSums sums(design, {reference, true, SummedValues::logs, false});
      auto entries =
          entries_of<std::uint32_t>({{value, value, value, value, value}, {0, 0, 0, 1, 1}});
      sums.rank(entries);
      auto const test = sums.test(1);
      CHECK(test.score == 0);
      CHECK(test.pvalue == 1);
      CHECK(test.u == 3);
    }
  RankSums sums(design, {TestReference::control, true, SummedValues::logs, false});
  auto entries = entries_of<std::uint32_t>({{1, 2, 3, 2, 2}, {0, 0, 0, 1, 1}});
  sums.rank(entries);
  CHECK(sums.test(1).pvalue == 1);
  CHECK(sums.test(1).score == 0);
}

TEST_CASE("the order of the cells changes no bit") {
  Made const made(5, 2, false);
  auto entries = entries_of<std::uint64_t>(made.cells);
  auto const order = RandomStream(1, "order").permutation(entries.size());
  std::vector<RankEntry<std::uint64_t>> other;
  for (auto const i : order) other.push_back(entries[i]);
  for (auto const kind : {SummedValues::logs, SummedValues::naturals}) {
    RankSums a(made.design, {TestReference::control, false, kind, true});
    RankSums b(made.design, {TestReference::control, false, kind, true});
    a.rank(entries);
    b.rank(other);
    for (std::size_t row = 0; row < 3; ++row) {
      CHECK(a.moments(row).mean == b.moments(row).mean);
      CHECK(a.moments(row).variance == b.moments(row).variance);
      CHECK(a.test(row).score == b.test(row).score);
    }
    CHECK(a.control_natural(0) == b.control_natural(0));
  }
}

TEST_CASE("sums of the values or of their expm1 are the row's moments") {
  Made const made(6, 2, false);
  for (auto const kind : {SummedValues::logs, SummedValues::naturals}) {
    RankSums sums(made.design, {TestReference::rest, false, kind, true});
    auto entries = entries_of<std::uint32_t>(made.cells);
    sums.rank(entries);
    for (std::uint32_t row = 0; row < 3; ++row) {
      auto values = made.values([&](auto const& g) { return g.row == row; });
      double natural = 0;
      for (double const value : values) natural += std::expm1(value);
      if (kind == SummedValues::naturals)
        for (auto& value : values) value = std::expm1(value);
      double mean = 0, squares = 0;
      for (double const value : values) mean += value / static_cast<double>(values.size());
      for (double const value : values) squares += (value - mean) * (value - mean);
      CHECK(sums.moments(row).mean == Approx(mean).epsilon(1e-13));
      CHECK(sums.moments(row).variance ==
            Approx(squares / static_cast<double>(values.size() - 1)).epsilon(1e-12));
      if (row == 0)
        CHECK(sums.control_natural(0) ==
              Approx(natural / static_cast<double>(values.size())).epsilon(1e-13));
    }
  }
}

TEST_CASE("U of millions of cells is exact") {
  // half of 3 million control cells are zero, half 2; the group's 1 million are 1 but for one 3
  std::int64_t const n0 = 3'000'000, n1 = 1'000'000;
  std::vector<RankEntry<std::uint32_t>> entries;
  for (std::int64_t i = 0; i < n0 / 2; ++i) entries.push_back({ordered_bits(2.0F), 0});
  for (std::int64_t i = 1; i < n1; ++i) entries.push_back({ordered_bits(1.0F), 1});
  entries.push_back({ordered_bits(3.0F), 1});
  RankSums sums({{{0, 0, n0, true}, {1, 0, n1, false}}, 2, 1},
                {TestReference::control, false, SummedValues::none, false});
  sums.rank(entries);
  auto const test = sums.test(1);
  double const u = static_cast<double>(n1) * static_cast<double>(n0) / 2 + 1.5e6;
  CHECK(test.u == u);
  double const ties = 2 * (std::pow(1.5e6, 3) - 1.5e6) + (std::pow(999999.0, 3) - 999999.0);
  double const n = 4e6, variance = 3e12 / 12 * (n + 1 - ties / (n * (n - 1)));
  CHECK(test.score == Approx(1.5e6 / std::sqrt(variance)).epsilon(1e-12));
}
