#include "statistics/de_agreement.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using namespace pertscale;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
double const none = std::nan("");

TestTable table(std::vector<double> log2fc, std::vector<double> padj) {
  return {std::move(log2fc), padj, padj, std::vector<double>(padj.size(), 0)};
}

/// Six genes: A B C D significant in the measured cells, A B E in the prediction; F nowhere.
TestPair six() {
  return {table({3, -2, 1, -0.5, 0.1, 0}, {0.01, 0.01, 0.02, 0.04, 0.5, 1}),
          table({2, 1, 0.2, -0.1, -4, 0}, {0.01, 0.03, 0.2, 0.6, 0.001, 1})};
}

}  // namespace

TEST_CASE("sets of significant genes: counts and what is made of them") {
  auto const counts = set_counts(six());

  CHECK(counts.both == 2);
  CHECK(counts.measured == 4);
  CHECK(counts.predicted == 3);
  CHECK(counts.universe == 6);
  CHECK(*recall(counts) == 0.5);
  CHECK(jaccard(counts) == 0.4);                              // 2 of A B C D E
  CHECK(*informedness(counts) == Approx(2.0 / 4 - 1.0 / 2));  // TPR - FPR
  CHECK(*markedness(counts) == Approx(2.0 / 3 - 2.0 / 3));    // PPV - FOR
  CHECK(*matthews(counts) == Approx((2 * 1 - 1 * 2) / std::sqrt(4. * 3 * 2 * 3)).margin(1e-15));
}

TEST_CASE("sets of significant genes: degenerate ones are undefined, the empty union is 1") {
  CHECK_FALSE(recall({0, 0, 3, 6}));
  CHECK(jaccard({0, 0, 0, 6}) == 1);
  CHECK_FALSE(informedness({0, 0, 3, 6}));
  CHECK_FALSE(informedness({3, 6, 3, 6}));
  CHECK_FALSE(markedness({0, 3, 0, 6}));
  CHECK_FALSE(matthews({3, 3, 6, 6}));
  CHECK(*matthews({3, 3, 3, 6}) == 1);
}

TEST_CASE("a gene that is left out counts on no side") {
  auto pair = six();
  pair.leave_out(0);

  auto const counts = set_counts(pair);
  CHECK(counts.both == 1);
  CHECK(counts.measured == 3);
  CHECK(counts.universe == 5);
}

TEST_CASE("overlap of top genes: k is cut to the calls, precision counts by the prediction") {
  auto const pair = six();  // measured order A B C D, predicted E A B

  CHECK(*top_overlap(pair, {}) == 0.5);        // A B of A B C D
  CHECK(*top_overlap(pair, {.k = 2}) == 0.5);  // A of (A B), (E A)
  CHECK(*top_overlap(pair, {.k = 50}) == 0.5);
  CHECK(*top_overlap(pair, {.precision = true}) == Approx(2.0 / 3));  // A B C against E A B
  CHECK(*top_overlap(pair, {.k = 1, .precision = true}) == 0);
  CHECK(*top_overlap(pair, {.k = 1, .rank = TopRank::adjusted_p}) == 0);
}

TEST_CASE("overlap of top genes by adjusted p, divided by k (PerturbArena)") {
  auto const pair = six();
  TopRule rule{.k = 50, .rank = TopRank::adjusted_p, .whole_k = true};

  CHECK(*top_overlap(pair, rule) == Approx(2.0 / 50));
  rule.few = 10;  // 4 measured genes: k is 4
  CHECK(*top_overlap(pair, rule) == 0.5);
}

TEST_CASE("overlap of top genes: equal ranks at the cut are in with equal chance, or in order") {
  TestPair const pair{table({inf, inf, inf, 1}, {0.01, 0.01, 0.01, 0.01}),
                      table({1, 2, 2, 2}, {0.01, 0.01, 0.01, 0.01})};

  // measured: two of A B C; predicted: two of B C D; shared B and C, each (2/3)^2
  CHECK(*top_overlap(pair, {.k = 2}) == Approx(2 * 4.0 / 9 / 2));
  CHECK(*top_overlap(pair, {.k = 2, .ties = TopTies::order}) == 0.5);  // A B against B C
  CHECK_FALSE(top_overlap({table({1}, {0.5}), table({1}, {0.01})}, {}));
}

TEST_CASE("Matthews' correlation with as many top calls as there are measured genes") {
  TestPair const pair{table({3, 2, 0.1, 0.1}, {0.01, 0.01, 0.5, 0.5}),
                      table({3, 1, 2, 0.5}, {0.01, 0.01, 0.01, 0.5})};

  // top two calls A C: one of two is right
  CHECK(*top_matthews(pair, TopRank::fold_change, TopTies::order) == 0);
  CHECK_FALSE(
      top_matthews({table({3}, {0.01}), table({3}, {0.01})}, TopRank::fold_change, TopTies::order));
}

TEST_CASE("signs agree on three of four measured genes, on one of three calls") {
  auto const pair = six();

  CHECK(*sign_agreement(pair, false) == 0.75);            // A C D, not B
  CHECK(*sign_agreement(pair, true) == Approx(1.0 / 3));  // A, not B E
  CHECK_FALSE(sign_agreement({table({1}, {0.5}), table({1}, {0.5})}, false));
}

TEST_CASE("no change is a sign of its own") {
  TestPair const pair{table({1, 0}, {0.01, 0.01}), table({0, 0}, {1, 1})};
  CHECK(*sign_agreement(pair, false) == 0.5);
}

TEST_CASE("fold changes of the significant genes by direction; a missing prediction is no change") {
  auto pair = six();
  pair.predicted.log2fc[2] = none;

  CHECK(significant_fold_changes(pair).measured == std::vector<double>{3, -2, 1, -0.5});
  CHECK(significant_fold_changes(pair).predicted == std::vector<double>{2, 1, 0, -0.1});
  CHECK(significant_fold_changes(pair, ChangeSign::up).measured == std::vector<double>{3, 1});
  CHECK(significant_fold_changes(pair, ChangeSign::down).predicted == std::vector<double>{1, -0.1});
}

TEST_CASE("error of fold changes over their size") {
  auto pair = six();

  // |2-3| + |1+2| + |0.2-1| + |-0.1+0.5| = 5.2 over 6.5
  CHECK(*fold_change_error(pair, 4) == Approx(5.2 / 6.5));
  CHECK_FALSE(fold_change_error(pair, 5));
  pair.predicted.log2fc[0] = -inf;  // counts as no change
  CHECK(*fold_change_error(pair, 1) == Approx((3 + 3 + 0.8 + 0.4) / 6.5));
  pair.measured.log2fc[1] = inf;  // leaves the gate
  CHECK(*fold_change_error(pair, 3) == Approx((3 + 0.8 + 0.4) / 4.5));
}
