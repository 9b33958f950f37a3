#include "core/vector_loops.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "core/random.hpp"
#include "core/sums.hpp"

using namespace pertscale;

TEST_CASE("exponentials are those of the library, to two units in the last place") {
  RandomStream random(1, "exponentials");
  std::vector<double> x{
      0, -1e-300, -1, -707.9, -708.1, -1e9, -std::numeric_limits<double>::infinity()};
  for (int i = 0; i < 100000; ++i) x.push_back(-std::pow(random.uniform(), 4) * 700);
  auto const given = x;

  take_exponentials(x.data(), x.size());

  std::size_t wrong = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    double const expected = given[i] < -708 ? 0 : std::exp(given[i]);
    wrong += std::fabs(x[i] - expected) <= 2 * 0x1p-52 * expected ? 0 : 1;
  }
  CHECK(wrong == 0);
  CHECK(x[0] == 1);
}

TEST_CASE("loops over any number of values equal plain ones") {
  RandomStream random(2, "loops");
  for (std::size_t const n : {1U, 7U, 8U, 9U, 100U, 257U}) {
    std::vector<double> a(n), b(n), out(n), dots(n);
    for (std::size_t i = 0; i < n; ++i) a[i] = random.normal(), b[i] = 1 + random.uniform();
    dots = a;
    scaled_differences(a.data(), b.data(), 3, out.data(), n);
    squares_from_products(2, b.data(), dots.data(), n);
    for (std::size_t i = 0; i < n; ++i) {
      CHECK(out[i] == (a[i] - b[i]) * 3);
      CHECK(dots[i] == std::max(0.0, 2 + b[i] - 2 * a[i]));
    }
    take_roots(b.data(), n);
    for (auto const root : b) CHECK((root >= 1 && root < 1.42));
    CHECK(largest_of(a.data(), n) == *std::max_element(a.begin(), a.end()));
    CHECK(sum_of(a.data(), n) == ordered_sum(n, [&](std::size_t i) { return a[i]; }));
  }
}
