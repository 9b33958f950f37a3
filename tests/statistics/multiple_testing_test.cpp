#include "statistics/multiple_testing.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace pertscale;

namespace {

// statsmodels 0.14's multipletests of six p-values, one tied pair
std::vector<double> const p{0.01, 0.04, 0.03, 0.5, 0.03, 1e-5};

void check_equal(std::vector<double> const& found, std::vector<double> const& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    CHECK(found[i] == Approx(expected[i]).epsilon(1e-14));
}

}  // namespace

TEST_CASE("Benjamini-Hochberg, Holm and Holm-Sidak as statsmodels") {
  check_equal(benjamini_hochberg(p), {0.03, 0.048, 0.045, 0.5, 0.045, 6e-5});
  check_equal(holm(p), {0.05, 0.12, 0.12, 0.5, 0.12, 6e-5});
  check_equal(holm_sidak(p),
              {0.0490099501, 0.11470719, 0.11470719, 0.5, 0.11470719, 5.9998500019999856e-05});
}

TEST_CASE("a NaN stays NaN and is no test") {
  auto const with = [](auto adjust) {
    auto longer = p;
    longer.insert(longer.begin() + 2, std::nan(""));
    auto out = adjust(longer);
    CHECK(std::isnan(out[2]));
    out.erase(out.begin() + 2);
    return out;
  };
  CHECK(with(benjamini_hochberg) == benjamini_hochberg(p));
  CHECK(with(holm) == holm(p));
  CHECK(with(holm_sidak) == holm_sidak(p));
  CHECK(benjamini_hochberg(std::vector<double>{}).empty());
}

TEST_CASE("adjusted values do not pass 1 and keep the order of the p-values") {
  std::vector<double> const large{0.9, 1.0, 0.0, 0.95};
  for (auto const& adjusted : {benjamini_hochberg(large), holm(large), holm_sidak(large)}) {
    CHECK(adjusted[2] == 0);
    CHECK(adjusted[1] == 1);
    CHECK(adjusted[0] <= adjusted[3]);
    CHECK(adjusted[3] <= adjusted[1]);
  }
}
