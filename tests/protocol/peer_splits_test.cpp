// Protocols of PEREGGRN and CellSimBench: sizes and who may be where.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "protocol/made_labels.hpp"
#include "protocol/small_screen.hpp"

using namespace pertscale;

TEST_CASE("pereggrn holds out half of the perturbations, control counted") {
  auto const labels = labels_of(small_screen());  // 30 perturbations and control

  auto const split = splits_of("pereggrn", labels).at(0);

  // excess = ceil((30/31 - 0.5) 31) = 15 go back to training
  CHECK(split.test.size() == 15);
  CHECK(split.train.size() == 15 + 1);
  CHECK(split.validation.empty());
  auto const few = splits_of("pereggrn held-out-fraction=0.1", labels).at(0);
  CHECK(few.test.size() == 3);  // 30 - ceil(26.9)
}

TEST_CASE("pereggrn holds out conditions of eligible genes only") {
  auto const labels = labels_of(small_screen());
  auto part = protocol_of("pereggrn eligible=genes.txt");
  part.options.find("eligible")->file->text = "GA\nGB\nGC\n";

  auto const split = part.object->splits(labels, {"screen", {}}).at(0);

  // singles of GA, GB, GC and their pairs: fewer than half, so all of them are held out
  CHECK(names_of(labels, split.test) == words("GA+GB GA+ctrl GB+ctrl GC+GA GC+ctrl"));
  auto other = protocol_of("pereggrn type=demultiplexing eligible=genes.txt");
  other.options.find("eligible")->file->text = "GA\n";
  CHECK_THROWS_AS(other.object->splits(labels, {"screen", {}}), UserError);
}

TEST_CASE("pereggrn's genetic interaction and demultiplexing mirror each other") {
  auto const labels = labels_of(small_screen());
  auto const combinations = splits_of("pereggrn type=genetic-interaction", labels);
  auto const singles = splits_of("pereggrn type=demultiplexing", labels);

  REQUIRE(combinations.size() == 1);
  CHECK(combinations[0].test.size() == 20);
  CHECK(combinations[0].train.size() == 11);
  CHECK(singles[0].test.size() == 10);
  CHECK(singles[0].train.size() == 21);
  auto const single_screen = labels_of({"ctrl", "A", "B", "C"});
  for (auto const* type : {"genetic-interaction", "demultiplexing"})
    CHECK_THROWS_AS(splits_of(fmt::format("pereggrn type={}", type), single_screen), NotServed);
}

TEST_CASE("pereggrn's stratified split shows every perturbation in some context") {
  auto const labels = labels_of({"ctrl", "A", "B", "C", "D"}, {"r1", "r2", "r3", "r4"});

  auto const split = splits_of("pereggrn type=stratified", labels).at(0);

  CHECK(split.test.size() == 4 * 2);
  CHECK(names_of(labels, split.train) == words("A B C D ctrl"));
  CHECK(names_of(labels, split.test) == words("A B C D"));
  auto const most = splits_of("pereggrn type=stratified held-out-fraction=0.9", labels).at(0);
  CHECK(most.test.size() == 4 * 3);  // one context is always trained on
  CHECK_THROWS_AS(splits_of("pereggrn type=stratified", labels_of({"ctrl", "A", "B"})), NotServed);
}

TEST_CASE("cellsimbench tests every single once, 70:10:20") {
  std::vector<std::string> names{"ctrl"};
  for (int i = 0; i < 200; ++i) names.push_back(fmt::format("G{:03}", i));
  auto const labels = labels_of(names);

  auto const splits = splits_of("cellsimbench seeds=42", labels);

  REQUIRE(splits.size() == 5);
  std::vector<std::size_t> tested;
  for (auto const& split : splits) {
    CHECK(split.train.size() == 140 + 1);
    CHECK(split.validation.size() == 20);
    CHECK(split.test.size() == 40);
    tested.insert(tested.end(), split.test.begin(), split.test.end());
  }
  std::sort(tested.begin(), tested.end());
  CHECK(std::adjacent_find(tested.begin(), tested.end()) == tested.end());
  CHECK(tested.size() == 200);
}

TEST_CASE("cellsimbench tests every combination once and trains on all singles") {
  auto const labels = labels_of(small_screen());

  auto const splits = splits_of("cellsimbench variant=combinations", labels);

  REQUIRE(splits.size() == 2);
  for (auto const& split : splits) {
    CHECK(split.test.size() == 10);
    CHECK(split.validation.size() == 5);
    CHECK(split.train.size() == 10 + 5 + 1);
  }
  std::vector<std::size_t> both;
  std::set_intersection(splits[0].test.begin(), splits[0].test.end(), splits[1].test.begin(),
                        splits[1].test.end(), std::back_inserter(both));
  CHECK(both.empty());
  CHECK_THROWS_AS(splits_of("cellsimbench variant=combinations", labels_of({"ctrl", "A", "B"})),
                  NotServed);
}
