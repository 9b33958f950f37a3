#include "core/cpython_random.hpp"

#include <catch2/catch.hpp>
#include <numeric>

using pertscale::CpythonRandom;
using Indices = std::vector<std::size_t>;

// Drawn by CPython 3.11.2, for instance
// python3 -c "import random; print(random.Random(1).getrandbits(32))"
TEST_CASE("first words of several seeds are CPython's") {
  CHECK(CpythonRandom(1).word() == 577090037U);
  CHECK(CpythonRandom(0).word() == 3626764237U);
  CHECK(CpythonRandom((std::int64_t{1} << 40) + 5).word() == 2166296868U);
  CHECK(CpythonRandom(-3).word() == 1022050301U);
}

TEST_CASE("random() is CPython's") {
  CpythonRandom random(42);
  CHECK(random.random() == 0.6394267984578837);
  CHECK(random.random() == 0.025010755222666936);
  CHECK(random.random() == 0.27502931836911926);
}

TEST_CASE("randint and randrange are CPython's") {
  CpythonRandom random(7);
  std::vector<std::int64_t> throws;
  for (int i = 0; i < 10; ++i) throws.push_back(random.randint(1, 6));
  CHECK(throws == std::vector<std::int64_t>{3, 2, 4, 6, 1, 1, 5, 1, 3, 5});

  CpythonRandom other(7);  // a range of one takes bits too
  CHECK(other.below(1) == 0);
  CHECK(other.below(1) == 0);
  CHECK(other.below(1000000007U) == 423938499U);
}

TEST_CASE("samples from a pool and by a set are CPython's") {
  CpythonRandom random(3);
  CHECK(random.sample(10, 4) == Indices{3, 8, 2, 7});
  CHECK(random.sample(1000, 4) == Indices{937, 618, 485, 640});
  CHECK(random.sample(300, 20) == Indices{297, 33,  6,  240, 132, 282, 119, 98, 276, 281,
                                          243, 203, 77, 118, 267, 199, 7,   32, 81,  21});
  CHECK(random.sample(86, 7) == Indices{38, 3, 34, 60, 76, 49, 54});  // set: 21 + 4^3 = 85
  CHECK(random.sample(85, 7) == Indices{50, 73, 56, 17, 46, 12, 4});  // pool
}

TEST_CASE("shuffle and choice are CPython's") {
  CpythonRandom random(5);
  std::vector<int> items(12);
  std::iota(items.begin(), items.end(), 0);
  random.shuffle(items);
  CHECK(items == std::vector<int>{10, 2, 11, 7, 1, 3, 6, 0, 8, 5, 4, 9});
  CHECK(random.choice(items) == 3);
}
