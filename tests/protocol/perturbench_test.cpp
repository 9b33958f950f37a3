#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "protocol/made_labels.hpp"
#include "protocol/small_screen.hpp"
#include "protocol/stratified_halves.hpp"

using namespace pertscale;

namespace {

/// Twenty singles in three contexts, some of them not in K562 (expected_peers.py).
Labels three_contexts() {
  std::vector<Measured> measured;
  for (auto const* context : {"A549", "K562", "RPE1"}) {
    measured.emplace_back("ctrl", context);
    for (int i = 0; i < 20; ++i)
      if (std::string(context) != "K562" || i % 7 != 3)
        measured.emplace_back(fmt::format("P{:02}", i), context);
  }
  return labels_of(measured);
}

/// "condition/context" of rows, sorted.
std::vector<std::string> pairs(Labels const& labels, std::vector<std::size_t> const& rows) {
  std::vector<std::string> out;
  for (auto const row : rows)
    out.push_back(fmt::format("{}/{}", labels.condition_of(row).name,
                              labels.contexts()[labels.rows()[row].context]));
  std::sort(out.begin(), out.end());
  return out;
}

Labels twelve_singles() {
  std::vector<std::string> names{"ctrl"};
  for (int i = 0; i < 12; ++i) names.push_back(fmt::format("S{:02}", i));
  for (auto const& pair : words("S00+S01 S02+S03 S04+S05 S06+S07 S00+S02 S08+S09 S10+S11 S01+S05"))
    names.push_back(pair);
  return labels_of(names);
}

/// As many conditions as PerturBench's Norman screen has: 105 singles, 131 doubles.
Labels size_of_norman() {
  std::vector<std::string> names{"ctrl"};
  auto const gene = [](int i) { return fmt::format("G{:03}", i % 105); };
  for (int i = 0; i < 105; ++i) {
    names.push_back(gene(i));
    names.push_back(fmt::format("{}+{}", gene(i), gene(i + 1)));
    if (i < 26) names.push_back(fmt::format("{}+{}", gene(i), gene(i + 7)));
  }
  return labels_of(names);
}

void check_sizes(Labels const& labels, std::string const& text, std::size_t train,
                 std::size_t validation, std::size_t test) {
  INFO(text);
  auto const split = splits_of(text, labels).at(0);
  CHECK(split.train.size() == train);
  CHECK(split.validation.size() == validation);
  CHECK(split.test.size() == test);
}

}  // namespace

// expected_peers.py
TEST_CASE("context-transfer draws as PerturBench over sorted names") {
  auto const labels = three_contexts();

  auto const one = splits_of("context-transfer seeds=1,54", labels);
  REQUIRE(one.size() == 2);
  CHECK(pairs(labels, one[0].validation) ==
        words("P01/RPE1 P02/K562 P03/RPE1 P05/A549 P06/A549 P08/K562 P10/A549 P12/K562 P13/RPE1"));
  CHECK(pairs(labels, one[0].test) ==
        words("P00/K562 P04/A549 P07/RPE1 P09/A549 P11/RPE1 P14/K562 P15/RPE1 P16/RPE1 P18/A549 "
              "P19/A549"));
  CHECK(pairs(labels, one[1].validation) ==
        words("P00/RPE1 P01/K562 P05/A549 P06/K562 P09/K562 P13/RPE1 P14/RPE1 P15/A549 P16/A549 "
              "P17/A549"));
  CHECK(pairs(labels, one[1].test) ==
        words("P02/K562 P03/RPE1 P04/K562 P07/A549 P08/A549 P10/RPE1 P11/K562 P12/RPE1 P18/A549 "
              "P19/RPE1"));

  auto const two =
      splits_of("context-transfer seeds=7 held-out-fraction=0.4 max-held-out-contexts=2", labels);
  CHECK(pairs(labels, two[0].validation) ==
        words("P00/A549 P04/A549 P04/RPE1 P05/RPE1 P07/RPE1 P09/K562 P09/RPE1 P14/A549 P15/A549 "
              "P18/K562 P19/K562"));
  CHECK(pairs(labels, two[0].test) ==
        words("P00/RPE1 P01/K562 P02/A549 P06/K562 P07/A549 P08/RPE1 P11/A549 P12/A549 P12/RPE1 "
              "P13/A549 P14/RPE1 P16/RPE1"));
}

TEST_CASE("perturbench-combination draws as PerturBench over sorted names") {
  auto const labels = twelve_singles();
  auto const parts = [&](std::string const& options) {
    auto const split = splits_of("perturbench-combination " + options, labels).at(0);
    return std::pair{names_of(labels, split.validation), names_of(labels, split.test)};
  };

  CHECK(parts("held-out-fraction=0.5") ==
        std::pair{words("S00+S01 S10+S11"), words("S01+S05 S04+S05")});
  CHECK(parts("variant=inverse held-out-fraction=0.5") ==
        std::pair{words("S00 S05 S11"), words("S03 S07 S08")});
  CHECK(parts("variant=inverse seeds=3") == std::pair{words("S07"), words("S01 S10")});
}

// Counts of the specification, section 11.7. That program splits the cells of control, so control
// counts in each of its parts; here it is trained on.
TEST_CASE("sizes of PerturBench's splits of Norman and Srivatsan") {
  auto const norman = size_of_norman();
  check_sizes(norman, "perturbench-combination seeds=0", 198, 20 - 1, 21 - 1);
  check_sizes(norman, "perturbench-combination seeds=42 held-out-fraction=0.7", 146, 46 - 1,
              47 - 1);
  check_sizes(norman, "perturbench-combination variant=inverse seeds=0", 206, 16 - 1, 17 - 1);

  std::vector<std::string> drugs{"control"};
  for (int i = 0; i < 188; ++i) drugs.push_back(fmt::format("D{:03}", i));
  auto const labels = labels_of(drugs, {"A549", "K562", "MCF7"});
  for (auto const* most : {"1", "2"}) {
    auto const split =
        splits_of(fmt::format("context-transfer seeds=0 max-held-out-contexts={}", most), labels)
            .at(0);
    for (std::size_t context = 0; context < 3; ++context) {
      auto const in = [&](std::vector<std::size_t> const& rows) {
        return std::count_if(rows.begin(), rows.end(), [&](std::size_t row) {
          return labels.rows()[row].context == context;
        });
      };
      CHECK(in(split.train) == 132);
      CHECK((in(split.validation) == 28 || in(split.validation) == 29));
      CHECK((in(split.test) == 28 || in(split.test) == 29));
    }
  }
}

TEST_CASE("a held-out condition is trained on elsewhere, and no context passes its share") {
  auto const labels = three_contexts();
  for (auto const& split :
       splits_of("context-transfer seeds=1:20 max-held-out-contexts=2", labels)) {
    std::map<std::size_t, int> in_context;
    auto const trained = names_of(labels, split.train);
    for (auto const row : split.scored(true)) {
      ++in_context[labels.rows()[row].context];
      CHECK(std::binary_search(trained.begin(), trained.end(), labels.condition_of(row).name));
    }
    for (auto const& [context, n] : in_context)
      CHECK(n <= 7);  // up to 0.3 x 21, counted up from below
  }
}

TEST_CASE("no two held-out singles of the inverse task share a combination") {
  auto const labels = size_of_norman();
  for (auto const& split : splits_of("perturbench-combination variant=inverse seeds=1:5", labels)) {
    std::set<std::string> held_out;
    for (auto const row : split.scored(true))
      held_out.insert(labels.condition_of(row).targets.front());
    for (auto const& condition : labels.conditions())
      if (condition.order() == 2)
        CHECK_FALSE(
            (held_out.contains(condition.targets[0]) && held_out.contains(condition.targets[1])));
  }
}

TEST_CASE("data-scaling keeps what is held out and widens what is trained on") {
  auto const labels = three_contexts();
  auto const splits = splits_of("data-scaling seeds=57 held-out-fraction=0.5", labels);

  REQUIRE(splits.size() == 3);
  CHECK(splits[0].name == "57.small");
  CHECK(splits[2].name == "57.full");
  for (auto const& split : splits) {
    CHECK(split.test == splits[0].test);
    CHECK(split.validation == splits[0].validation);
  }
  for (std::size_t i = 0; i < 2; ++i)
    CHECK(std::includes(splits[i + 1].train.begin(), splits[i + 1].train.end(),
                        splits[i].train.begin(), splits[i].train.end()));
  CHECK(names_of(labels, splits[0].train).size() <= 1 + 5);
  CHECK(splits[0].train.size() < splits[1].train.size());
  CHECK(splits[2].train.size() + splits[2].scored(true).size() == labels.rows().size());
}

// Entropy of shares over ln 3, counted from the split.
TEST_CASE("imbalance thins contexts to the wanted evenness") {
  std::vector<std::string> drugs{"control"};
  for (int i = 0; i < 188; ++i) drugs.push_back(fmt::format("D{:03}", i));
  auto const labels = labels_of(drugs, {"A549", "K562", "MCF7"});
  for (double const wanted : {0.7, 0.8, 0.9}) {
    auto const split = splits_of(fmt::format("imbalance evenness={}", wanted), labels).at(0);
    std::vector<double> counts(3, 0);
    for (auto const* part : {&split.train, &split.validation, &split.test})
      for (auto const row : *part)
        if (!labels.condition_of(row).is_control()) counts[labels.rows()[row].context] += 1;
    double entropy = 0, total = counts[0] + counts[1] + counts[2];
    for (auto const n : counts) entropy -= n / total * std::log(n / total) / std::log(3.0);
    CHECK(entropy == Approx(wanted).margin(0.015));  // lone held-out conditions leave
    CHECK(counts[0] == Approx(188).margin(1));
  }
  CHECK(splits_of("imbalance", labels).at(0).test ==
        splits_of("context-transfer", labels).at(0).test);
  CHECK(complaint([&] { splits_of("imbalance evenness=0.2", labels); }).find("out of reach") !=
        std::string::npos);
}

TEST_CASE("halves keep the strata's shares") {
  std::vector<std::string> strata(10, "a");
  strata.insert(strata.end(), 5, "b");

  auto const halves = stratified_halves(strata, 0.5, 3);

  CHECK(halves.second.size() == 8);  // ceil(7.5)
  CHECK(halves.first.size() == 7);
  auto const of_a =
      std::count_if(halves.first.begin(), halves.first.end(), [](std::size_t i) { return i < 10; });
  CHECK((of_a == 4 || of_a == 5));
}

TEST_CASE("screens that PerturBench's tasks cannot serve say why") {
  auto const one = labels_of({"ctrl", "A", "B", "C"}, {"K562"});
  CHECK_THROWS_AS(splits_of("context-transfer", one), NotServed);
  CHECK_THROWS_AS(splits_of("perturbench-combination", one), NotServed);
  auto const labels = three_contexts();
  CHECK(complaint([&] {
          splits_of("context-transfer max-held-out-contexts=3", labels);
        }).find("at most 2") != std::string::npos);
}
