// bulk-discrimination in tiles against one pair at a time.
#include <catch2/catch.hpp>
#include <cmath>

#include "core/random.hpp"
#include "metric/made_items.hpp"

using namespace pertscale;

namespace {

using Values = std::vector<double>;

constexpr std::size_t gene_count = 70, condition_count = 60;

/// Conditions that target gene 2i each; some measured changes are alike, some predictions are none.
RivalPanel made_panel() {
  RandomStream stream(5, "bulk discrimination");
  RivalPanel panel;
  for (std::size_t g = 0; g < gene_count; ++g) {
    panel.genes.push_back("G" + std::to_string(g));
    panel.control.push_back(std::floor(8 * stream.uniform()) / 4);
  }
  for (std::size_t i = 0; i < condition_count; ++i) {
    panel.names.push_back(i < 30 ? "G" + std::to_string(2 * i) + "+ctrl"
                                 : "x" + std::to_string(i) + "+ctrl");
    Values observed = panel.control, predicted = panel.control;
    for (std::size_t g = 0; g < gene_count; ++g) {
      // on a coarse grid distances are often equal
      observed[g] += std::floor(4 * stream.normal()) / 4;
      if (i % 7 != 0) predicted[g] += std::floor(4 * stream.normal()) / 4;
    }
    if (i % 5 == 4) observed = panel.observed.back();
    panel.observed.push_back(observed);
    panel.predicted.push_back(predicted);
  }
  return panel;
}

double distance(std::string const& kind, Values const& a, Values const& b) {
  double sum = 0, product = 0, aa = 0, bb = 0;
  for (std::size_t g = 0; g < a.size(); ++g) {
    double const d = a[g] - b[g];
    sum += kind == "l1" ? std::fabs(d) : d * d;
    product += a[g] * b[g];
    aa += a[g] * a[g];
    bb += b[g] * b[g];
  }
  if (kind != "cosine") return sum;
  return aa == 0 || bb == 0 ? 1 : 1 - product / std::sqrt(aa) / std::sqrt(bb);
}

/// 1 - (nearer + equal / 2) / (P - 1) of one condition, its genes in `left_out` set to no change.
double plain(RivalPanel const& panel, std::string const& kind, std::size_t item,
             std::vector<std::size_t> const& left_out) {
  auto const change = [&](Values values) {
    for (std::size_t g = 0; g < gene_count; ++g) values[g] -= panel.control[g];
    for (auto const g : left_out) values[g] = 0;
    return values;
  };
  auto const predicted = change(panel.predicted[item]);
  double const own = distance(kind, predicted, change(panel.observed[item]));
  double ahead = 0;
  for (std::size_t q = 0; q < condition_count; ++q) {
    if (q == item) continue;
    double const other = distance(kind, predicted, change(panel.observed[q]));
    // cosines of a grid are equal up to rounding
    if (std::fabs(other - own) <= 1e-12)
      ahead += 0.5;
    else if (other < own)
      ahead += 1;
  }
  return 1 - ahead / static_cast<double>(condition_count - 1);
}

}  // namespace

TEST_CASE("bulk-discrimination counts rivals as one pair at a time does") {
  auto const panel = made_panel();
  std::vector<std::size_t> targets;
  for (std::size_t i = 0; i < 30; ++i) targets.push_back(2 * i);
  std::size_t halves = 0;
  for (std::string const kind : {"l1", "l2", "cosine"})
    for (std::string const mask : {"all", "own", "none"}) {
      auto const scores = panel.scores("bulk-discrimination distance=" + kind + " mask=" + mask);
      REQUIRE(scores.size() == condition_count);
      for (std::size_t i = 0; i < condition_count; ++i) {
        INFO(kind << " " << mask << " " << panel.names[i]);
        std::vector<std::size_t> left_out;
        if (mask == "all") left_out = targets;
        if (mask == "own" && i < 30) left_out = {2 * i};
        double const expected = plain(panel, kind, i, left_out);
        CHECK(scores[i].status.ok());
        CHECK(scores[i].value == Approx(expected).margin(1e-12));
        double const ahead = (1 - expected) * (condition_count - 1);
        halves += std::fabs(ahead - std::round(ahead)) > 0.25;
      }
    }
  CHECK(halves > 20);  // ties were there
}

TEST_CASE("bulk-discrimination: a prediction that is no number has no rank") {
  auto panel = made_panel();
  panel.predicted[3][5] = std::nan("");
  CHECK(panel.scores("bulk-discrimination mask=none").at(3).status == Status("not_finite"));
  CHECK(panel.scores("bulk-discrimination mask=none").at(4).status.ok());
}
