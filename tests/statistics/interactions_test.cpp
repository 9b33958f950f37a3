#include "statistics/interactions.hpp"

#include <catch2/catch.hpp>

#include "core/random.hpp"

using namespace pertscale;

namespace {

constexpr InteractionThresholds thresholds{-0.2, 0.2};

std::string class_of(InteractionPoint const& point, InteractionRule rule = InteractionRule::code) {
  return std::string(interaction_name(interaction_class(point, thresholds, rule)));
}

}  // namespace

TEST_CASE("deviations are from the sum of both changes") {
  InteractionPoint const point{1, 1.5, 2, 2};

  CHECK(point.additive() == 2.5);
  CHECK(point.deviation() == -0.5);
}

TEST_CASE("classes of points above control, by hand") {
  // control 1, singles 1.3 and 1.4: additive 1.7
  CHECK(class_of({1, 1.3, 1.4, 1.8}) == "additive");
  CHECK(class_of({1, 1.3, 1.4, 2.0}) == "synergy");
  CHECK(class_of({1, 1.3, 1.4, 1.2}) == "buffering");
  CHECK(class_of({1, 1.3, 1.4, 0.8}) == "other");
  CHECK(class_of({1, 1.3, 1.4, 0.8}, InteractionRule::text) == "opposite");
  CHECK(class_of({1, 1.3, 1.4, 1.2}, InteractionRule::text) == "buffering");
  CHECK(class_of({1, 1.3, 0.8, 2.0}) == "other");
  CHECK(class_of({1, 1.3, 0.8, 2.0}, InteractionRule::text) == "other");
}

TEST_CASE("classes of points below control are mirrored") {
  CHECK(class_of({1, 0.7, 0.6, 0.2}) == "additive");
  CHECK(class_of({1, 0.7, 0.6, 0.0}) == "synergy");
  CHECK(class_of({1, 0.7, 0.6, 0.8}) == "buffering");
  CHECK(class_of({1, 0.7, 0.6, 1.2}) == "other");
  CHECK(class_of({1, 0.7, 0.6, 1.2}, InteractionRule::text) == "opposite");
}

TEST_CASE("a single that does nothing, or a double at control") {
  CHECK(class_of({1, 1, 1, 2}) == "other");
  CHECK(class_of({1, 1.5, 1.5, 1}) == "other");
  CHECK(class_of({1, 1.5, 1.5, 1}, InteractionRule::text) == "buffering");
}

TEST_CASE("the code's rule never finds opposite, the text's does; both keep the same points") {
  RandomStream stream(1, "classes");
  int by_text = 0;
  for (int i = 0; i < 20000; ++i) {
    InteractionPoint const point{stream.normal(), stream.normal(), stream.normal(),
                                 stream.normal()};
    auto const code = class_of(point), text = class_of(point, InteractionRule::text);
    REQUIRE(code != "opposite");
    REQUIRE((code == "additive") == (text == "additive"));
    REQUIRE((code == text || (code == "other" && text == "opposite")));
    by_text += text == "opposite";
  }
  CHECK(by_text > 100);
}

TEST_CASE("predicted classes by place alone") {
  auto const kind = [](double control, double additive, double predicted) {
    return std::string(interaction_name(predicted_interaction(control, additive, predicted)));
  };

  CHECK(kind(1, 2, 2.5) == "synergy");
  CHECK(kind(1, 2, 1.5) == "buffering");
  CHECK(kind(1, 2, 1) == "buffering");  // no change: always buffering
  CHECK(kind(1, 2, 0.5) == "opposite");
  CHECK(kind(1, 2, 2) == "additive");
  CHECK(kind(2, 1, 0.5) == "synergy");
  CHECK(kind(2, 1, 2) == "buffering");
  CHECK(kind(2, 1, 2.5) == "opposite");
  CHECK(kind(1, 1, 2) == "additive");
}

TEST_CASE("thresholds are the values of nearest rate on either side") {
  EmpiricalNull null;
  null.centres = {-3, -1, 1, 3};
  null.fdr = {0, 1, 1, 0};  // falls by 0.5 a unit outside [-1, 1]
  std::vector<double> const values{-2.95, -2.8, -0.5, 0.5, 2.5, 2.85, 2.9, 2.95};

  auto const found = interaction_thresholds(null, values, 0.05);

  CHECK(found.low == -2.95);  // 0.025 is nearer than 0.1
  CHECK(found.high == 2.9);   // 0.05 itself
  CHECK(found.outside(-2.96));
  CHECK_FALSE(found.outside(-2.95));
  CHECK(found.outside(2.95));
}
