#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>

#include "protocol/made_labels.hpp"
#include "protocol/spectral_graph.hpp"

using namespace pertscale;

namespace {

/// Whole numbers, so that distances are the same bits everywhere (expected_peers.py).
Matrix made_profiles() {
  Matrix out(31, 6);
  for (int i = 0; i < 30; ++i)
    for (int g = 0; g < 6; ++g) out(i, g) = (i * 37 + g * 101 + i * i * g * 13) % 23;
  out.row(7) = out.row(4);
  out.row(30).setConstant(5);  // control
  return out;
}

/// P00 ... P29 and control, whose name sorts last, as the profiles' rows do.
Labels made_labels() {
  std::vector<std::string> names{"ctrl"};
  for (int i = 0; i < 30; ++i) names.push_back(fmt::format("P{:02}", i));
  return labels_of(names);
}

std::vector<PerturbationSplit> made_splits(std::string const& text,
                                           std::vector<std::string>* notes = nullptr,
                                           ValueKind values = ValueKind::expression) {
  auto const part = protocol_of(text);
  return part.object->splits_by_profiles(made_labels(), {"screen", {}},
                                         {values, ProfileTable(made_profiles()), notes});
}

using Rows = std::vector<std::size_t>;

}  // namespace

TEST_CASE("percentile ranks of similarities by hand") {
  SpectralGraph const graph(4, {-1, -2, -2, -4, 0, -3});  // 0 is no edge: five edges

  CHECK(graph.percentile(-4) == Approx((0 + 1 + 1) * 50 / 5.0));
  CHECK(graph.percentile(-2) == Approx((2 + 4 + 1) * 50 / 5.0));
  CHECK(graph.percentile(-1) == Approx((4 + 5 + 1) * 50 / 5.0));
  CHECK(graph.similarity(2, 0) == -2);
  CHECK(graph.similarity(3, 2) == -3);
  CHECK(graph.overlap({0}, {1, 3}) == Approx(-1.5));
}

TEST_CASE("s = 0 keeps all, s = 1 keeps one of each clique") {
  SpectralGraph const graph(4, {-1, -2, -2, -4, -5, -3});

  CHECK(graph.independent_set(0, 42).size() == 4);
  CHECK(graph.independent_set(1, 42).size() == 1);
  SpectralGraph const twins(3, {0, -1, -1});
  CHECK(twins.independent_set(1, 1).size() <= 2);
}

// expected_peers.py: rows are conditions in order, control is row 30
TEST_CASE("spectral-overlap prunes as PertEval-scFM over sorted names") {
  auto const splits = made_splits("spectral-overlap seeds=42,46 step=0.3 to=0.6");
  REQUIRE(splits.size() == 6);
  auto const trained = [&](std::size_t i) {
    auto rows = splits[i].train;
    REQUIRE(rows.back() == 30);
    rows.pop_back();
    return rows;
  };

  CHECK(splits[0].name == "42.s0.00");
  CHECK(splits[0].test == Rows{0, 1, 3, 16, 19, 21});
  CHECK(splits[1].name == "42.s0.30");
  CHECK(trained(1) == Rows{0, 1, 5, 7, 10, 12, 13, 15, 21, 25, 26});
  CHECK(splits[1].test == Rows{18, 20, 23});
  CHECK(trained(2) == Rows{0, 1, 10, 12, 19});
  CHECK(splits[2].test == Rows{14, 20});
  CHECK(splits[3].test == Rows{5, 9, 12, 14, 21, 27});
  CHECK(trained(4) == Rows{0, 3, 4, 5, 7, 8, 9, 16, 18, 19, 27, 28});
  CHECK(splits[4].test == Rows{10, 12, 14, 23});
  CHECK(trained(5) == Rows{5, 10, 11, 28});
  CHECK(splits[5].test == Rows{14, 21});
  double const overlaps[] = {-31.267587071603835, -32.059392564641556, -32.91728824335315,
                             -30.226486437714673, -34.93056441511782,  -36.67359977900572};
  for (std::size_t i = 0; i < 6; ++i) {
    std::map<std::string, double> const facts(splits[i].facts.begin(), splits[i].facts.end());
    CHECK(facts.at("overlap") == Approx(overlaps[i]).epsilon(1e-12));
    CHECK(facts.at("s") == Approx(0.3 * static_cast<double>(i % 3)));
    CHECK(facts.at("train") == static_cast<double>(trained(i).size()));
    CHECK(facts.at("test") == static_cast<double>(splits[i].test.size()));
  }
}

TEST_CASE("latent coordinates are compared as they are") {
  auto const logs = made_splits("spectral-overlap seeds=42 to=0");
  auto const latent = made_splits("spectral-overlap seeds=42 to=0", nullptr, ValueKind::latent);

  CHECK(latent[0].test == logs[0].test);
  CHECK(latent[0].facts.back().second == Approx(logs[0].facts.back().second * std::numbers::ln2));
}

TEST_CASE("a set of five or fewer gives no split and a note") {
  std::vector<std::string> notes;
  auto const splits = made_splits("spectral-overlap seeds=42 step=0.5 to=1", &notes);

  CHECK(splits.size() < 3);
  REQUIRE_FALSE(notes.empty());
  CHECK(notes.back().find("42.s1.00: 1 of 30") != std::string::npos);
}

TEST_CASE("without profiles spectral-overlap is a mistake of ours") {
  CHECK_THROWS_AS(protocol_of("spectral-overlap").object->splits(made_labels(), {"screen", {}}),
                  InternalError);
  CHECK(ProtocolRegistry::instance().find("spectral-overlap").traits.needs_profiles);
}
