#include "statistics/fold_change.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using namespace pertscale;

namespace {

constexpr auto geometric = FoldChangeMean::geometric;
constexpr auto arithmetic = FoldChangeMean::arithmetic;

}  // namespace

TEST_CASE("both kinds of mean, by hand") {
  SampleMoments const logs1{std::log(4.0), 0.5, 10}, logs0{std::log(2.0), 0.5, 10};
  CHECK(log2_fold_change(logs1, logs0, geometric, 0).log2 == Approx(std::log2(3.0)));
  CHECK(log2_fold_change({3, 1, 10}, {1.5, 1, 10}, arithmetic, 0).log2 == Approx(1));
  CHECK(log2_fold_change({3, 1, 10}, {1, 1, 10}, arithmetic, 1).log2 == Approx(1));
}

TEST_CASE("a gene absent from one side or from both") {
  double const infinity = std::numeric_limits<double>::infinity();
  SampleMoments const absent{0, 0, 9}, present{1, 1, 9};
  for (auto const kind : {geometric, arithmetic}) {
    CHECK(log2_fold_change(absent, absent, kind).log2 == 0);
    CHECK(log2_fold_change(absent, absent, kind, 0).log2 == 0);
    CHECK(log2_fold_change(absent, present, kind, 0).log2 == -infinity);
    CHECK(log2_fold_change(present, absent, kind, 0).log2 == infinity);
    CHECK(std::isnan(log2_fold_change(present, absent, kind, 0).standard_error));
    CHECK(log2_fold_change(absent, present, kind).log2 < -29);
  }
}

TEST_CASE("the standard error is that of the delta method") {
  // d log2(m) / dm = 1 / (m ln 2)
  double const ln2 = std::log(2.0);
  auto const found = log2_fold_change({3, 2, 8}, {1.5, 1, 4}, arithmetic, 0);
  CHECK(found.standard_error ==
        Approx(std::sqrt(2.0 / 8 / 9 + 1.0 / 4 / 2.25) / ln2).epsilon(1e-14));

  // numerically, on the mean of the logs
  SampleMoments const group{1.2, 0.6, 20}, reference{0.8, 0.9, 30};
  auto const at = [&](double a, double b) {
    return log2_fold_change({a, 0, 20}, {b, 0, 30}, geometric).log2;
  };
  double const h = 1e-6;
  double const da = (at(1.2 + h, 0.8) - at(1.2 - h, 0.8)) / (2 * h);
  double const db = (at(1.2, 0.8 + h) - at(1.2, 0.8 - h)) / (2 * h);
  CHECK(log2_fold_change(group, reference, geometric).standard_error ==
        Approx(std::sqrt(da * da * 0.6 / 20 + db * db * 0.9 / 30)).epsilon(1e-8));
  CHECK(std::isnan(log2_fold_change({1, 0, 1}, reference, geometric).standard_error));
}
