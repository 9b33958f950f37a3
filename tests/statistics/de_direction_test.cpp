#include "statistics/de_direction.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace pertscale;

namespace {

constexpr auto corrected = DirectionForm::corrected;
constexpr auto raw = DirectionForm::raw;
constexpr auto significant = ReachUniverse::significant;
constexpr auto all = ReachUniverse::all;

struct Gene {
  double measured, measured_p, predicted, predicted_p;
};

TestPair pair_of(std::vector<Gene> const& genes) {
  TestPair out;
  for (auto const& gene : genes) {
    out.measured.log2fc.push_back(gene.measured);
    out.measured.padj.push_back(gene.measured_p);
    out.measured.pvalue.push_back(gene.measured_p);
    out.predicted.log2fc.push_back(gene.predicted);
    out.predicted.padj.push_back(gene.predicted_p);
    out.predicted.pvalue.push_back(gene.predicted_p);
  }
  return out;
}

/// Four confident genes (three up), three adjudicable calls, two of them right; a call on a gene
/// without any measured change does not count.
std::vector<Gene> const genes{{2, .01, 1, .01},  {1, .01, -1, .02}, {3, .02, 2, .2},
                              {-1, .03, -1, .5}, {1, .5, 4, .001},  {0, .9, 1, .01}};
std::vector<std::string> const names{"a", "b", "c", "d", "e", "f"};

}  // namespace

TEST_CASE("counts of confident genes, adjudicable calls and right signs") {
  auto const counts = direction_counts(pair_of(genes));

  CHECK(counts.confident == 4);
  CHECK(counts.called == 3);
  CHECK(counts.right == 2);
  CHECK(*counts.majority == 0.75);
}

TEST_CASE("fidelity, coverage and yield by hand") {
  auto const counts = direction_counts(pair_of(genes));  // n 4, n^ 3, k 2, q 3/4, d 1/4

  CHECK(*direction_fidelity(counts, raw) == Approx(2.0 / 3));
  CHECK(*direction_fidelity(counts, corrected) == Approx((2.0 / 3 - 0.75) / 0.25));
  CHECK(*direction_coverage(counts) == 0.75);
  CHECK(*direction_yield(counts, raw) == 0.5);
  CHECK(*direction_yield(counts, corrected) == Approx((2 - 0.75 * 3) / (4 * 0.25)));
  CHECK(*direction_fidelity_yield(counts, raw) == 0.5);
  CHECK(*direction_fidelity_yield(counts, corrected) == Approx(0.75 * (2.0 / 3 - 0.75) / 0.25));
}

TEST_CASE("one sign only leaves a headroom of 0.05") {
  DirectionCounts const counts{.confident = 4, .called = 4, .right = 4, .majority = 1.0};
  CHECK(*direction_fidelity(counts, corrected) == 0);
  DirectionCounts const wrong{.confident = 4, .called = 4, .right = 3, .majority = 1.0};
  CHECK(*direction_fidelity(wrong, corrected) == Approx(-0.25 / 0.05));
}

TEST_CASE(
    "without a confident gene silence is right and any call wrong; the ratios are undefined") {
  DirectionCounts const silent{}, loud{.called = 2, .right = 1};

  CHECK(*direction_fidelity(silent, corrected) == 1);
  CHECK(*direction_fidelity_yield(loud, corrected) == 0);
  CHECK(*direction_fidelity(loud, raw) == 0.5);
  CHECK_FALSE(direction_fidelity(silent, raw));
  CHECK_FALSE(direction_coverage(loud));
  CHECK_FALSE(direction_yield(loud, raw));
  CHECK_FALSE(direction_fidelity_yield(silent, raw));
  CHECK(*direction_fidelity_yield(loud, raw) == 0.5);
}

TEST_CASE("a prediction that calls nothing has no fidelity and no yield") {
  DirectionCounts const mute{.confident = 4, .majority = 0.5};
  CHECK_FALSE(direction_fidelity(mute, corrected));
  CHECK(*direction_fidelity_yield(mute, corrected) == 0);
  CHECK(*direction_fidelity_yield(mute, raw) == 0);
}

TEST_CASE("reach walks down the prediction's order and takes the deepest pure prefix") {
  auto const pair = pair_of(genes);  // order a (right) b (wrong) c (right) d (right)

  CHECK(pure_depth(pair, names, significant, 0.9) == 1);
  CHECK(pure_depth(pair, names, significant, 0.75) == 4);  // 3 of 4, though 1 of 2 was not
  CHECK(pure_depth(pair, names, significant, 0.8) == 1);
  CHECK(pure_depth(pair, names, all, 0.8) == 5);  // e leads: right; then 4 of 5
  CHECK(*direction_reach(pair, names, significant, raw) == 0.25);
  CHECK(*direction_reach(pair, names, all, raw) == 0.5);  // e a, then a miss
  // P0 = 0.75 + 0.95 * 0.25 = 0.9875
  CHECK(*direction_reach(pair, names, significant, corrected) == 0.25);
}

TEST_CASE("reach: a wrong start may be made up for, ties go by size of change, then by name") {
  std::vector<Gene> many(10, {1, .01, 1, .01});
  many[0].predicted = -9;
  std::vector<std::string> const letters{"j", "a", "b", "c", "d", "e", "f", "g", "h", "i"};

  CHECK(pure_depth(pair_of(many), letters, significant, 0.9) == 10);  // miss first: 9 of 10
  many[0].predicted = -1;  // same size: by name it comes last
  CHECK(pure_depth(pair_of(many), letters, significant, 1.0) == 9);
}

TEST_CASE("reach is undefined without a confident gene and 0 where the first call is wrong") {
  CHECK_FALSE(direction_reach(pair_of({{1, .5, 1, .01}}), names, significant, raw));
  CHECK(*direction_reach(pair_of({{1, .01, -1, .01}}), names, significant, raw) == 0);
}
