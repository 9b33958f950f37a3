#include "core/numpy_random.hpp"

#include <catch2/catch.hpp>

using pertscale::NumpyRandom;

// Check values: Nature Methods 2025 specification, section 2.1, and Systema notes, section 1.3.
TEST_CASE("the first word of seed 1 is NumPy's") { CHECK(NumpyRandom(1).word() == 1791095845U); }

TEST_CASE("one stream gives the permutations of the published double splits") {
  NumpyRandom random(1);

  auto const first = random.permutation(124);
  auto const second = random.permutation(62);

  CHECK(std::vector(first.begin(), first.begin() + 8) ==
        std::vector<std::size_t>{48, 114, 73, 106, 45, 31, 67, 46});
  CHECK(std::vector(second.begin(), second.begin() + 8) ==
        std::vector<std::size_t>{58, 46, 19, 40, 50, 25, 26, 14});
  auto const other = NumpyRandom(2).permutation(124);
  CHECK(std::vector(other.begin(), other.begin() + 4) ==
        std::vector<std::size_t>{121, 111, 94, 14});
}

TEST_CASE("permutations of ten for three seeds") {
  CHECK(NumpyRandom(0).permutation(10) == std::vector<std::size_t>{2, 8, 4, 9, 1, 6, 7, 3, 0, 5});
  CHECK(NumpyRandom(42).permutation(10) == std::vector<std::size_t>{8, 1, 5, 0, 7, 2, 9, 4, 3, 6});
  CHECK(NumpyRandom(1).permutation(10) == std::vector<std::size_t>{2, 9, 6, 4, 0, 3, 1, 7, 8, 5});
}

// python3 -c "import numpy; r = numpy.random.RandomState(0); print([r.randint(100000) for _ in
// range(6)])"
TEST_CASE("randint is that of NumPy's legacy generator") {
  NumpyRandom random(0);
  for (auto const expected : {68268, 43567, 42613, 45891, 21243, 95939})
    CHECK(random.randint(0, 100000) == expected);

  NumpyRandom other(42);
  CHECK(other.randint(30, 190) == 132);
  CHECK(other.randint(30, 190) == 122);
  CHECK(other.randint(5, 6) == 5);  // takes no word
  for (auto const expected : {2, 2, 0, 0, 2, 1}) CHECK(other.randint(0, 3) == expected);
}
