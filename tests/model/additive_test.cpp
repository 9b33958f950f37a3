#include <catch2/catch.hpp>

#include "model/made_training.hpp"

using namespace pertscale;

namespace {

GeneTable const genes({"g1", "g2", "g3"});

TrainingView training() {
  Matrix profiles(4, 3);
  profiles << 2, 1, 0,  // A
      1, 3, 0,          // B
      1, 1, 0.5,        // C
      9, 9, 9;          // A+B: not used
  return made_training(genes, {"A+ctrl", "B+ctrl", "ctrl+C", "A+B"}, profiles,
                       Vector{{1, 1, 0.25}});
}

}  // namespace

TEST_CASE("additive adds the changes of the singles, of two and of three") {
  auto const prediction = predicted("additive", training(), {"A+B", "C+A", "A+B+C"});

  Matrix expected(3, 3);
  expected << 2, 3, -0.25,  //
      2, 1, 0.25,           //
      2, 3, 0;
  CHECK(prediction.mean == expected);
  for (auto const& status : prediction.status) CHECK(status.ok());
}

TEST_CASE("additive without a single says no_single") {
  auto const prediction = predicted("additive", training(), {"A+D", "D+ctrl", "A+B"});

  CHECK(prediction.status[0].word() == "no_single");
  CHECK(prediction.status[1].word() == "no_single");
  CHECK(prediction.status[2].ok());
}

TEST_CASE("of two spellings of a single the one that begins with the gene counts") {
  Matrix profiles(2, 1);
  profiles << 5, 2;
  auto const view = made_training(genes, {"ctrl+A", "A+ctrl"}, profiles, Vector{{1}});

  CHECK(predicted("additive", view, {"A+ctrl"}).mean(0, 0) == 2);
}
