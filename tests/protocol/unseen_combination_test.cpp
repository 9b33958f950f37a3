#include <catch2/catch.hpp>

#include "protocol/made_labels.hpp"
#include "protocol/small_screen.hpp"

using namespace pertscale;

// Expected lists: tests/protocol/expected_splits.py, drawn by NumPy.
TEST_CASE("the split of doubles is NumPy's") {
  auto const labels = labels_of(shuffled(small_screen(), 5));

  auto const splits = splits_of("unseen-combination seeds=1:2", labels);

  REQUIRE(splits.size() == 2);
  CHECK(names_of(labels, splits[0].test) == words("GA+GB GC+GD GF+GG GG+GH GH+GI"));
  CHECK(names_of(labels, splits[0].validation) == words("GD+GF GE+GB GE+GH GJ+GB GJ+GF"));
  CHECK(names_of(labels, splits[0].train) ==
        words("GA+GD GA+GJ GA+ctrl GB+GG GB+ctrl GC+GA GC+GF GC+ctrl GD+GE GD+ctrl GE+GG GE+ctrl "
              "GF+ctrl GG+ctrl GH+GC GH+ctrl GI+GA GI+GJ GI+ctrl GJ+ctrl ctrl"));
  CHECK(names_of(labels, splits[1].test) == words("GA+GJ GC+GF GD+GE GI+GA GJ+GF"));
  CHECK(names_of(labels, splits[1].validation) == words("GD+GF GE+GH GG+GH GH+GC GH+GI"));
}

TEST_CASE("combinations of every order are drawn together and labelled by order") {
  auto const labels = labels_of({"ctrl", "A", "B", "C", "D", "A+B+C", "A+B+D", "B+A", "C+A"});

  auto const split = splits_of("unseen-combination train-fraction=0", labels).at(0);

  CHECK(names_of(labels, split.train) == words("A B C D ctrl"));
  CHECK(split.test.size() == 2);
  for (auto const row : split.scored(true))
    CHECK(split.groups[row] == (labels.condition_of(row).order() == 2 ? "double" : "triple"));
}

TEST_CASE("nature-methods scores validation, default does not, and score-on decides") {
  auto const scores_validation = [](std::string const& settings) {
    return protocol_of("unseen-combination " + settings).object->scores_validation();
  };
  CHECK_FALSE(scores_validation("variant=default"));
  CHECK(scores_validation("variant=nature-methods"));
  CHECK_FALSE(scores_validation("variant=nature-methods score-on=test"));
  CHECK(scores_validation("score-on=test+validation"));
}

TEST_CASE("screens without enough combinations are refused") {
  CHECK(complaint([] {
          splits_of("unseen-combination", labels_of({"ctrl", "A", "B+ctrl"}));
        }) == "dataset 'screen' has no combination of perturbations; use unseen-perturbation");
  CHECK(complaint([] {
          splits_of("unseen-combination", labels_of({"ctrl", "A", "A+B"}));
        }).find("too few perturbations for unseen-combination") != std::string::npos);
}
