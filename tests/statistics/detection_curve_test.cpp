#include "statistics/detection_curve.hpp"

#include <catch2/catch.hpp>

#include "core/random.hpp"

using namespace pertscale;

namespace {

/// Pairs of a positive and a negative that are in order, ties half: what the ROC area means.
double plain_roc(std::vector<Detection> const& points) {
  double won = 0, pairs = 0;
  for (auto const& a : points)
    for (auto const& b : points) {
      if (!a.positive || b.positive) continue;
      pairs += 1;
      won += a.score > b.score ? 1 : a.score == b.score ? 0.5 : 0;
    }
  return won / pairs;
}

}  // namespace

// Steps (tp, fp): (1,0) (1,1) (2,1) (2,2); precision 1, 1/2, 2/3, 1/2; recall 1/2, 1/2, 1, 1.
TEST_CASE("a curve of four calls by hand") {
  DetectionCurve const curve({{1, false}, {4, true}, {3, false}, {2, true}});
  REQUIRE(curve.status().ok());

  CHECK(curve.power_at(0) == 0.5);
  CHECK(curve.power_at(1.0 / 6) == Approx(0.75));
  CHECK(curve.power_at(1.0 / 3) == Approx(1));
  CHECK(curve.power_at(0.5) == 1);
  CHECK(curve.power_at(0.7) == 1);
  CHECK(curve.average_precision() == Approx(0.5 + 2.0 / 3 * 0.5));
  CHECK(curve.receiver_operating() == Approx(0.75));
  // by precision: (1/2, 1) (1/2, 1/2) (2/3, 1) (1, 1/2)
  CHECK(curve.published_precision_recall() == Approx(0.5 * 0.5 - 7.0 / 12 * 0.5 + 5.0 / 6 * 0.5));
}

// The first call is wrong, so the least fdp is 1/2: nothing is found below it.
TEST_CASE("below the first step nothing is found") {
  DetectionCurve const curve({{5, false}, {4, true}, {3, false}});

  CHECK(curve.power_at(0.2) == 0);
  CHECK(curve.power_at(0.5) == 1);
  CHECK(curve.power_at(1) == Approx(1));
}

TEST_CASE("a perfect caller") {
  DetectionCurve const curve({{5, true}, {4, true}, {3, false}, {2, false}});

  CHECK(curve.average_precision() == Approx(1));
  CHECK(curve.receiver_operating() == Approx(1));
  CHECK(curve.power_at(0) == Approx(0.75));  // mean of the steps 1/2 and 1, as published
  CHECK(curve.power_at(0.05) > 0.75);
}

TEST_CASE("ties are one step, whatever their order") {
  std::vector<Detection> points;
  RandomStream stream(4, "ties");
  for (int i = 0; i < 200; ++i)
    points.push_back({static_cast<double>(stream.permutation(5)[0]), stream.uniform() < 0.3});
  DetectionCurve const curve(points);
  std::vector<Detection> other(points.rbegin(), points.rend());
  DetectionCurve const again(other);

  CHECK(curve.receiver_operating() == Approx(plain_roc(points)).epsilon(1e-12));
  CHECK(again.receiver_operating() == curve.receiver_operating());
  CHECK(again.average_precision() == curve.average_precision());
  CHECK(again.published_precision_recall() == curve.published_precision_recall());
  CHECK(again.power_at(0.5) == curve.power_at(0.5));
}

TEST_CASE("where there is nothing to tell apart the curve says so") {
  CHECK(DetectionCurve({}).status().word() == "one_class");
  CHECK(DetectionCurve({{1, true}, {2, true}}).status().word() == "one_class");
  CHECK(DetectionCurve({{1, false}, {2, false}}).status().word() == "one_class");
  CHECK(DetectionCurve({{0, false}, {0, true}}).status().word() == "constant");
}
