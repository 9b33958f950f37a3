#include <catch2/catch.hpp>

#include "protocol/made_labels.hpp"
#include "protocol/small_screen.hpp"

using namespace pertscale;

TEST_CASE("every perturbation is held out once a seed, in folds of nearly one size") {
  auto const labels = labels_of(small_screen(), {"K562", "RPE1"});

  auto const splits = splits_of("cross-validation folds=4 seeds=1,7", labels);

  REQUIRE(splits.size() == 8);
  CHECK(splits[0].name == "1.1");
  CHECK(splits[7].name == "7.4");
  std::vector<int> held_out(labels.rows().size(), 0);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK((splits[i].test.size() == 14 || splits[i].test.size() == 16));  // two contexts
    CHECK(splits[i].validation.empty());
    for (auto const row : splits[i].test) ++held_out[row];
  }
  for (std::size_t row = 0; row < held_out.size(); ++row)
    CHECK(held_out[row] == (labels.condition_of(row).is_control() ? 0 : 1));
  CHECK(splits[0].test != splits[4].test);
}

TEST_CASE("the first fold of seed 1 stays what it is") {
  auto const labels = labels_of(small_screen());

  auto const split = splits_of("cross-validation", labels).at(0);

  CHECK(names_of(labels, split.test) == words("GA+GB GC+GA GD+ctrl GG+GH GG+ctrl GJ+GB"));
}

TEST_CASE("over targets, no gene of a fold is trained on") {
  auto const labels = labels_of(small_screen());

  auto const splits = splits_of("cross-validation folds=5 over=targets", labels);

  REQUIRE(splits.size() == 5);
  for (auto const& split : splits) {
    auto const singles = names_in_group(labels, split, split.test, "single");
    CHECK(singles.size() == 2);
    for (auto const row : split.train)
      for (auto const& gene : labels.condition_of(row).targets)
        CHECK(std::count(singles.begin(), singles.end(), gene + "+ctrl") == 0);
  }
}

TEST_CASE("folds that the screen cannot fill are refused with both numbers") {
  auto const labels = labels_of({"ctrl", "A", "B", "A+B"});
  CHECK(complaint([&] { splits_of("cross-validation folds=4", labels); }) ==
        "cross-validation folds=4 exceeds the 3 perturbations of dataset 'screen'; set folds to at "
        "most 3");
  CHECK(complaint([&] { splits_of("cross-validation folds=3 over=targets", labels); }) ==
        "cross-validation folds=3 exceeds the 2 target genes of dataset 'screen'; set folds to at "
        "most 2");
  CHECK(complaint([] {
          protocol_of("cross-validation folds=1");
        }).find("folds=1 must be at least 2") != std::string::npos);
}
