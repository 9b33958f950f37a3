#include <catch2/catch.hpp>

#include "protocol/made_labels.hpp"
#include "protocol/small_screen.hpp"
#include "protocol/split_json.hpp"

using namespace pertscale;

namespace {

std::vector<PerturbationSplit> read(std::string const& text, Labels const& labels,
                                    std::string const& settings = "",
                                    ConditionGrammar const& grammar = {}) {
  auto part = protocol_of("split-file path=my.json " + settings);
  part.options.find("path")->file->text = text;
  return part.object->splits(labels, {"screen", grammar});
}

std::string refusal(std::string const& text, Labels const& labels,
                    std::string const& settings = "") {
  return complaint([&] { read(text, labels, settings); });
}

/// One split named s of the dataset, without a protocol level.
std::string one(std::string const& parts) { return R"({"screen": {"s": {)" + parts + "}}}"; }

Labels two_contexts() {
  return labels_of(std::vector<Measured>{{"ctrl", "K562"},
                                         {"ctrl", "RPE1"},
                                         {"A+ctrl", "K562"},
                                         {"A+ctrl", "RPE1"},
                                         {"B+ctrl", "K562"},
                                         {"B+ctrl", "RPE1"},
                                         {"B+A", "K562"}});
}

}  // namespace

TEST_CASE("names in a split file match by meaning, and groups may be absent") {
  auto const labels = labels_of({"ctrl", "A+ctrl", "B+ctrl", "C", "D+ctrl", "B+A"});

  auto const split =
      read(one(R"("train": ["A"], "val": ["ctrl+B"], "test": ["A+B", "C+ctrl", "B+A"],
                  "groups": {"easy": ["C", "A"]})"),
           labels)
          .at(0);

  CHECK(split.name == "s");
  CHECK(names_of(labels, split.train) == words("A+ctrl ctrl"));
  CHECK(names_of(labels, split.validation) == words("B+ctrl"));
  CHECK(names_of(labels, split.test) == words("B+A C"));
  CHECK(names_in_group(labels, split, split.test, "easy") == words("C"));
  CHECK(names_in_group(labels, split, split.test, "double") == words("B+A"));
  CHECK(split.groups[split.train.front()].empty());
}

TEST_CASE("a pair of condition and context is one row") {
  auto const labels = two_contexts();

  auto const split =
      read(one(R"("train": ["B", ["A", "K562"]], "test": [["A", "RPE1"], "A+B"])"), labels).at(0);

  CHECK(split.test.size() == 2);
  CHECK(split.train.size() == 5);
  CHECK(labels.contexts()[labels.rows()[split.test.back()].context] == "RPE1");
}

TEST_CASE("where orders are kept apart, a spelling means itself") {
  ConditionGrammar grammar;
  grammar.merge_orders = false;
  auto const labels = labels_of({"ctrl", "A+ctrl", "ctrl+A", "B+ctrl"}, {"K562"}, grammar);

  auto const split =
      read(one(R"("train": ["A+ctrl"], "test": ["ctrl+A", "B"])"), labels, "", grammar);

  CHECK(names_of(labels, split.at(0).test) == words("B+ctrl ctrl+A"));
  CHECK(refusal(one(R"("train": ["B"], "test": ["A"])"), labels)
            .find("does not have: A (1 in all)") != std::string::npos);
}

TEST_CASE("what is written is read back, for every protocol") {
  std::string const text = GENERATE("unseen-perturbation seeds=1:2", "unseen-combination",
                                    "cross-validation folds=12", "unseen-context shots=3");
  INFO(text);
  auto const labels = labels_of(small_screen(), {"K562", "RPE1"});
  auto const splits = splits_of(text, labels);
  std::vector<DatasetSplits> const all{{"screen", text, &labels, splits},
                                       {"screen", "other", &labels, splits},
                                       {"second", "other", &labels, splits}};

  auto const json = split_json(all);
  auto const back = read(json, labels, "score-on=test+validation protocol=other");

  REQUIRE(back.size() == splits.size());
  for (std::size_t i = 0; i < splits.size(); ++i) {
    CHECK(back[i].name == splits[i].name);
    CHECK(back[i].train == splits[i].train);
    CHECK(back[i].validation == splits[i].validation);
    CHECK(back[i].test == splits[i].test);
    CHECK(back[i].groups == splits[i].groups);
  }
}

TEST_CASE("the written form is the contract's, contexts only where they matter") {
  auto const labels = two_contexts();
  auto const splits = splits_of("unseen-context contexts=RPE1", labels);
  std::vector<DatasetSplits> const all{{"screen", "unseen-context", &labels, splits}};

  CHECK(split_json(all) == R"({
 "screen": {
  "unseen-context": {
   "1.RPE1": {
    "train": [["A+ctrl","K562"],"B+A",["B+ctrl","K562"],"ctrl"],
    "validation": [],
    "test": [["A+ctrl","RPE1"],["B+ctrl","RPE1"]],
    "groups": {
     "single": [["A+ctrl","RPE1"],["B+ctrl","RPE1"]]
    }
   }
  }
 }
}
)");
}

TEST_CASE("a split file that does not fit the screen is refused with what to mend") {
  auto const labels = labels_of({"ctrl", "A", "B", "C", "A+B"});
  std::string const where = "split file 'my.json', dataset 'screen', split 's'";

  CHECK(
      refusal(one(R"("train": ["A", "X"], "test": ["B", "Y", "Q+R", ["C", "RPE1"], "Z", "A++B"])"),
              labels) ==
      where + R"( names conditions that the screen does not have: X, Y, Q+R, ["C","RPE1"], Z ... )"
              "(6 in all); remove them, or spell them as the screen does");
  CHECK(refusal(one(R"("train": ["A", "B+A"], "test": ["B", "A+B"])"), labels) ==
        where + " puts conditions in two parts: A+B (1 in all); keep each in one");
  CHECK(refusal(one(R"("train": ["A"], "test": ["B", "control"])"), labels) ==
        where + " holds out control 'ctrl'; list it under \"train\"");
  CHECK(refusal(one(R"("train": ["A"], "tests": ["B"])"), labels).find("Did you mean 'test'?") !=
        std::string::npos);
  CHECK(refusal(one(R"("train": ["A"], "test": [3, "B"])"), labels) ==
        where + ": 'test' holds 3, which is neither a name nor [name, context]");
  CHECK(refusal(one(R"("train": ["A"], "val": ["B"])"), labels) ==
        "split 's' of dataset 'screen' in split file 'my.json' holds out nothing that is scored; "
        "list conditions under \"test\", or set score-on=test+validation");
}

TEST_CASE("dataset and protocol of a split file are named, and broken JSON by its line") {
  auto const labels = labels_of({"ctrl", "A", "B"});
  std::string const split = R"({"s": {"train": ["A"], "test": ["B"]}})";
  std::string const two = R"({"screen": {"first": )" + split + R"(, "second": )" + split + "}}";

  CHECK(read(two, labels, "protocol=second").size() == 1);
  CHECK(refusal(two, labels) ==
        "split file 'my.json' has several protocols for dataset 'screen'; set "
        "protocol= to one of: first, second");
  CHECK(
      refusal(two, labels, "protocol=secnd") ==
      "split file 'my.json' has no protocol 'secnd' for dataset 'screen'. Did you mean 'second'?");
  CHECK(
      refusal(R"({"norman": {}, "adamson": {}})", labels) ==
      "split file 'my.json' has no dataset 'screen' (it has: norman, adamson); rename the dataset "
      "in one of them");
  CHECK(refusal("{\"screen\":\n {\"s\": \n {\"train\" [\"A\"]}}}", labels) ==
        "split file 'my.json' is not JSON: line 3 (byte 30) cannot be read; look there for a "
        "missing comma, quote or bracket");
  CHECK(refusal("[]", labels).find("holds no object") != std::string::npos);
  CHECK(refusal(R"({"screen": []})", labels).find("holds no split of dataset 'screen'") !=
        std::string::npos);
  CHECK(complaint([&] { splits_of("split-file", labels); }) == "split-file needs path=FILE.json");
}
