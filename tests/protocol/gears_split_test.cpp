#include "protocol/gears_split.hpp"

#include <catch2/catch.hpp>

#include "protocol/made_labels.hpp"
#include "protocol/small_screen.hpp"

using namespace pertscale;

// Expected lists: tests/protocol/expected_splits.py, drawn by NumPy.
TEST_CASE("the GEARS split of a small screen with doubles is NumPy's, seed 1") {
  auto const labels = labels_of(shuffled(small_screen(), 3));

  auto const split = splits_of("unseen-perturbation", labels).at(0);

  CHECK(split.name == "1");
  CHECK(
      names_of(labels, split.train) ==
      words("GA+GB GA+GD GA+GJ GA+ctrl GB+ctrl GC+GA GC+ctrl GD+GE GD+ctrl GE+ctrl GJ+ctrl ctrl"));
  auto const held_out = [&](auto const& rows, std::string const& group) {
    return names_in_group(labels, split, rows, group);
  };
  CHECK(names_of(labels, split.validation) == words("GB+GG GG+ctrl GJ+GB"));
  CHECK(held_out(split.validation, "seen1") == words("GB+GG"));
  CHECK(held_out(split.validation, "seen2") == words("GJ+GB"));
  CHECK(held_out(split.validation, "unseen_single") == words("GG+ctrl"));
  CHECK(split.test.size() == 16);
  CHECK(held_out(split.test, "seen0") == words("GH+GI"));
  CHECK(held_out(split.test, "seen1") ==
        words("GC+GF GD+GF GE+GH GF+GG GG+GH GH+GC GI+GA GI+GJ GJ+GF"));
  CHECK(held_out(split.test, "seen2") == words("GC+GD GE+GB GE+GG"));
  CHECK(held_out(split.test, "unseen_single") == words("GF+ctrl GH+ctrl GI+ctrl"));
}

TEST_CASE("the GEARS split of a small screen with doubles is NumPy's, seed 2") {
  auto const labels = labels_of(shuffled(small_screen(), 4));

  auto const split = splits_of("unseen-perturbation seeds=1:2 variant=systema", labels).at(1);

  CHECK(split.name == "2");
  CHECK(names_of(labels, split.train) ==
        words("GB+ctrl GC+GF GC+ctrl GD+GE GD+ctrl GE+GB GE+ctrl GF+ctrl GH+ctrl ctrl"));
  CHECK(names_of(labels, split.validation) == words("GA+GB GA+GD GA+ctrl GC+GA GC+GD"));
  CHECK(names_in_group(labels, split, split.validation, "seen1") == words("GA+GB GA+GD GC+GA"));
  CHECK(names_in_group(labels, split, split.test, "seen0") == words("GI+GJ"));
  CHECK(names_in_group(labels, split, split.test, "seen1") ==
        words("GA+GJ GB+GG GE+GG GF+GG GG+GH GH+GI GI+GA GJ+GB GJ+GF"));
  CHECK(names_in_group(labels, split, split.test, "seen2") == words("GD+GF GE+GH GH+GC"));
  CHECK(names_in_group(labels, split, split.test, "unseen_single") ==
        words("GG+ctrl GI+ctrl GJ+ctrl"));
}

TEST_CASE("every variant draws alike; nature-methods scores validation, unless told otherwise") {
  auto const scores_validation = [](std::string const& settings) {
    return protocol_of("unseen-perturbation " + settings).object->scores_validation();
  };
  CHECK_FALSE(scores_validation(""));
  CHECK_FALSE(scores_validation("variant=csendes"));
  CHECK(scores_validation("variant=nature-methods"));
  CHECK_FALSE(scores_validation("variant=nature-methods score-on=test"));
  CHECK(scores_validation("variant=systema score-on=test+validation"));

  auto const labels = labels_of(small_screen());
  CHECK(splits_of("unseen-perturbation variant=nature-methods", labels).at(0).test ==
        splits_of("unseen-perturbation variant=csendes", labels).at(0).test);
}

TEST_CASE("both orders of a single fall in one part, and stay apart where orders are kept") {
  ConditionGrammar grammar;
  grammar.merge_orders = false;
  auto names = small_screen();
  for (auto const* gene : {"GA", "GF", "GG"}) names.push_back(std::string("ctrl+") + gene);
  auto const labels = labels_of(names, {"K562"}, grammar);

  auto const split = splits_of("unseen-perturbation", labels).at(0);

  auto const both = [&](auto const& rows, std::string const& gene) {
    auto const in = names_of(labels, rows);
    return std::count(in.begin(), in.end(), "ctrl+" + gene) +
           std::count(in.begin(), in.end(), gene + "+ctrl");
  };
  CHECK(both(split.train, "GA") == 2);
  CHECK(both(split.validation, "GG") == 2);
  CHECK(both(split.test, "GF") == 2);
}

TEST_CASE("a triple is labelled by how many of its targets were drawn") {
  auto names = small_screen();
  for (auto const* triple : {"GF+GH+GI", "GA+GF+GH", "GA+GB+GI", "GA+GB+GC", "GA+GC+GE"})
    names.emplace_back(triple);
  auto const labels = labels_of(names);

  auto const split = gears_split(labels, {0.75, 0}, 1);  // T = all but GF, GH, GI, see above

  auto const group = [&](std::string const& name) {
    return split.groups[*labels.find_condition(name)];
  };
  CHECK(group("GF+GH+GI") == "seen0");
  CHECK(group("GA+GF+GH") == "seen1");
  CHECK(group("GA+GB+GI") == "seen2");
  CHECK(group("GA+GB+GC") == "seen3");
  CHECK(group("GA+GC+GE") == "seen3");
}

TEST_CASE("a screen too small for an unseen gene is refused") {
  CHECK(complaint([] {
          splits_of("unseen-perturbation", labels_of({"ctrl", "A", "B"}));
        }) ==
        "dataset 'screen' holds too few perturbations for unseen-perturbation: 0 would be trained "
        "on and 1 scored; use cross-validation, or a larger screen");
  CHECK_NOTHROW(splits_of("unseen-perturbation", labels_of({"ctrl", "A", "B", "C"})));
}
