#include "metric/panel_distance.hpp"

#include <catch2/catch.hpp>
#include <numeric>

#include "core/random.hpp"
#include "data/matrix.hpp"

using namespace pertscale;

namespace {

constexpr PanelDistance all_distances[] = {PanelDistance::l1,          PanelDistance::l2,
                                           PanelDistance::cosine,      PanelDistance::correlation,
                                           PanelDistance::weighted_l2, PanelDistance::weighted_r2};

/// Candidates and queries drawn at random: `spread` is how much queries tell of their candidate.
struct Panel {
  Matrix candidates, queries, weights;
  std::vector<double> reference;

  Panel(Eigen::Index conditions, Eigen::Index genes, double spread, std::string const& name)
      : candidates(conditions, genes), queries(conditions, genes), weights(conditions, genes) {
    RandomStream random(1, name);
    for (Eigen::Index g = 0; g < genes; ++g) reference.push_back(3 * random.uniform());
    for (Eigen::Index p = 0; p < conditions; ++p)
      for (Eigen::Index g = 0; g < genes; ++g) {
        double const base = reference[static_cast<std::size_t>(g)];
        candidates(p, g) = base + random.normal();
        queries(p, g) = base + spread * (candidates(p, g) - base) + 0.3 * spread * random.normal();
        weights(p, g) = random.uniform() * random.uniform();
      }
  }

  PanelComparison comparison(PanelDistance distance) const {
    PanelComparison out;
    out.distance = distance;
    for (Eigen::Index p = 0; p < candidates.rows(); ++p)
      out.candidates.push_back(row_of(candidates, static_cast<std::size_t>(p)));
    out.genes.resize(reference.size());
    std::iota(out.genes.begin(), out.genes.end(), std::size_t{0});
    out.query_reference = out.candidate_reference = reference;
    return out;
  }

  std::vector<PanelQuery> asked(PanelDistance distance) const {
    bool const weighted =
        distance == PanelDistance::weighted_l2 || distance == PanelDistance::weighted_r2;
    std::vector<PanelQuery> out;
    for (std::size_t p = 0; p < static_cast<std::size_t>(queries.rows()); ++p)
      out.push_back({row_of(queries, p),
                     p,
                     {p % reference.size(), 0},
                     weighted ? row_of(weights, p) : Profile()});
    return out;
  }
};

void check_alike(std::vector<Rivals> const& fast, std::vector<Rivals> const& plain) {
  REQUIRE(fast.size() == plain.size());
  std::size_t different = 0;
  for (std::size_t q = 0; q < fast.size(); ++q)
    different += fast[q].nearer != plain[q].nearer || fast[q].equal != plain[q].equal ||
                 fast[q].equal_before != plain[q].equal_before ||
                 fast[q].defined != plain[q].defined;
  CHECK(different == 0);
}

void check_all(Panel const& panel) {
  for (auto const distance : all_distances) {
    INFO("distance " << static_cast<int>(distance));
    auto const comparison = panel.comparison(distance);
    auto const queries = panel.asked(distance);
    check_alike(count_rivals(comparison, queries), count_rivals_plainly(comparison, queries));
  }
}

/// Three candidates on three genes by hand.
Rivals rivals_of(PanelDistance distance, std::vector<double> const& query, std::size_t own,
                 std::vector<std::size_t> const& excluded = {}) {
  static std::vector<double> const a{1, 0, 0}, b{0, 2, 0}, c{1, 1, 4}, weights{1, 1, 0};
  PanelComparison panel;
  panel.distance = distance;
  panel.candidates = {a, b, c};
  panel.genes = {0, 1, 2};
  PanelQuery const asked{query, own, excluded, weights};
  return count_rivals(panel, std::span(&asked, 1)).at(0);
}

}  // namespace

TEST_CASE("rivals of three candidates by hand") {
  // to a, b, c: L1 1, 3, 5
  CHECK(rivals_of(PanelDistance::l1, {0, 0, 0}, 1).nearer == 1);
  CHECK(rivals_of(PanelDistance::l2, {1, 1, 0}, 0).equal == 0);
  // without the third gene: L1 of (1, 1) is 1, 2, 0
  CHECK(rivals_of(PanelDistance::l1, {1, 1, 0}, 0, {2}).nearer == 1);
  CHECK(rivals_of(PanelDistance::l1, {1, 1, 0}, 2).nearer == 2);
  // squares of (1, 1.5): a 2.25, b 1.25, c .25 (without the third gene, or with weight 0)
  CHECK(rivals_of(PanelDistance::l2, {1, 1.5, 0}, 1, {2}).nearer == 1);
  CHECK(rivals_of(PanelDistance::weighted_l2, {1, 1.5, 0}, 0).nearer == 2);
  // (1, 1, 0) is at 45 degrees of a and b
  auto const tied = rivals_of(PanelDistance::cosine, {1, 1, 0}, 1);
  CHECK(tied.nearer + tied.equal == 1);
  CHECK(rivals_of(PanelDistance::cosine, {0, 0, 0}, 2).equal == 2);
  CHECK(rivals_of(PanelDistance::cosine, {0, 0, 0}, 2).equal_before == 2);
  CHECK(rivals_of(PanelDistance::correlation, {7, 7, 7}, 0).equal == 2);
  CHECK(rivals_of(PanelDistance::correlation, {0, 0, 1}, 2).nearer == 0);
  // weights leave c = (1, 1) constant: it is no truth
  CHECK_FALSE(rivals_of(PanelDistance::weighted_r2, {1, 1, 0}, 2).defined);
}

TEST_CASE("tiles count what the plain formula counts") {
  check_all(Panel(60, 1300, 1, "good"));
  check_all(Panel(300, 40, 0.3, "more queries than a tile"));
  check_all(Panel(5, 1, 1, "one gene"));
}

TEST_CASE("nearly equal predictions are decided as by the plain formula") {
  check_all(Panel(40, 700, 1e-6, "collapsed"));
  check_all(Panel(40, 700, 1e-14, "at rounding level"));
}

TEST_CASE("equal candidates are ties, and no query or candidate at all is zero") {
  Panel panel(30, 200, 1, "ties");
  for (Eigen::Index p = 0; p < 30; ++p) panel.candidates.row(p) = panel.candidates.row(p % 3);
  check_all(panel);
  auto const comparison = panel.comparison(PanelDistance::l2);
  for (auto const& rivals : count_rivals(comparison, panel.asked(PanelDistance::l2)))
    CHECK(rivals.equal >= 9);
  Panel still(30, 200, 1, "still");
  for (Eigen::Index p = 0; p < 30; ++p)
    for (Eigen::Index g = 0; g < 200; ++g)
      still.queries(p, g) = still.reference[static_cast<std::size_t>(g)];
  check_all(still);
}

TEST_CASE("numbers that are none are never nearer") {
  Panel panel(12, 50, 1, "not finite");
  panel.candidates(3, 7) = std::numeric_limits<double>::quiet_NaN();
  panel.queries(5, 2) = std::numeric_limits<double>::infinity();
  check_all(panel);
  auto const comparison = panel.comparison(PanelDistance::l2);
  auto const counted = count_rivals(comparison, panel.asked(PanelDistance::l2));
  CHECK_FALSE(counted[3].defined);
  CHECK_FALSE(counted[5].defined);
  CHECK(counted[0].defined);
}

TEST_CASE("counts of a query do not depend on the other queries of a call") {
  Panel const panel(40, 300, 0.05, "blocks");
  for (auto const distance : all_distances) {
    auto const comparison = panel.comparison(distance);
    auto const queries = panel.asked(distance);
    auto const together = count_rivals(comparison, queries);
    for (std::size_t q = 0; q < queries.size(); q += 7) {
      auto const alone = count_rivals(comparison, std::span(&queries[q], 1)).at(0);
      CHECK(alone.nearer == together[q].nearer);
      CHECK(alone.equal_before == together[q].equal_before);
    }
  }
}
