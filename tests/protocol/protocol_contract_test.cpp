#include <catch2/catch.hpp>
#include <set>

#include "protocol/made_labels.hpp"

using namespace pertscale;

namespace {

/// Three contexts; singles, doubles and a triple; not everything was measured everywhere.
std::vector<Measured> measured() {
  std::vector<Measured> out;
  for (auto const* context : {"HepG2", "K562", "RPE1"}) {
    out.emplace_back("ctrl", context);
    for (char gene = 'A'; gene <= 'P'; ++gene)
      if (gene != 'C' || std::string(context) != "K562")
        out.emplace_back(std::string{gene} + "+ctrl", context);
  }
  for (auto const* pair : {"A+B", "C+D", "F+E", "A+D", "G+H", "B+C", "I+A", "J+P"}) {
    out.emplace_back(pair, "K562");
    if (pair[0] != 'A') out.emplace_back(pair, "RPE1");
  }
  out.emplace_back("A+B+C", "RPE1");
  return out;
}

/// The same screen with conditions, contexts and rows numbered in another order.
Labels renumbered(Labels const& labels, std::uint64_t seed) {
  auto const conditions = shuffled(labels.conditions(), seed);
  auto const contexts = shuffled(labels.contexts(), seed + 1);
  std::vector<LabelRow> rows;
  for (auto const& row : shuffled(labels.rows(), seed + 2)) {
    auto const& name = labels.conditions()[row.condition].name;
    auto const condition = std::find_if(conditions.begin(), conditions.end(),
                                        [&](auto const& c) { return c.name == name; });
    auto const context =
        std::find(contexts.begin(), contexts.end(), labels.contexts()[row.context]);
    rows.push_back({static_cast<std::size_t>(condition - conditions.begin()),
                    static_cast<std::size_t>(context - contexts.begin()), row.cells});
  }
  return {conditions, contexts, rows};
}

/// Rows as (condition, context, group): what does not depend on their numbers.
std::set<std::vector<std::string>> named(Labels const& labels, PerturbationSplit const& split,
                                         std::vector<std::size_t> const& rows) {
  std::set<std::vector<std::string>> out;
  for (auto const row : rows)
    out.insert({labels.condition_of(row).name, labels.contexts()[labels.rows()[row].context],
                split.groups.at(row)});
  return out;
}

void check_same(Labels const& labels, std::vector<PerturbationSplit> const& splits,
                Labels const& other_labels, std::vector<PerturbationSplit> const& others) {
  REQUIRE(splits.size() == others.size());
  for (std::size_t i = 0; i < splits.size(); ++i) {
    CHECK(splits[i].name == others[i].name);
    for (auto const part :
         {&PerturbationSplit::train, &PerturbationSplit::validation, &PerturbationSplit::test})
      CHECK(named(labels, splits[i], splits[i].*part) ==
            named(other_labels, others[i], others[i].*part));
  }
}

void check_split(Labels const& labels, PerturbationSplit const& split) {
  CHECK_FALSE(split.name.empty());
  std::vector<int> uses(labels.rows().size(), 0);
  for (auto const* part : {&split.train, &split.validation, &split.test}) {
    CHECK(std::is_sorted(part->begin(), part->end()));
    for (auto const row : *part) ++uses.at(row);
  }
  CHECK(*std::max_element(uses.begin(), uses.end()) == 1);
  REQUIRE(split.groups.size() == labels.rows().size());
  auto const held_out = split.scored(true);
  std::set<std::size_t> const train(split.train.begin(), split.train.end());
  CHECK_FALSE(split.train.empty());
  CHECK_FALSE(held_out.empty());
  for (std::size_t row = 0; row < labels.rows().size(); ++row) {
    if (labels.condition_of(row).is_control()) CHECK(train.contains(row));
    CHECK(split.groups[row].empty() != std::binary_search(held_out.begin(), held_out.end(), row));
  }
}

/// Every registered protocol as it comes, and configurations worth a look.
std::vector<std::string> configurations() {
  auto out = ProtocolRegistry::instance().names();
  for (auto const* text :
       {"unseen-combination variant=nature-methods seeds=1:5",
        "unseen-combination train-fraction=0.3 score-on=test+validation",
        "unseen-perturbation variant=systema seeds=1:3",
        "unseen-perturbation variant=nature-methods seeds=1,2 train-gene-fraction=0.5",
        "unseen-perturbation combo-seen2-train-fraction=0", "cross-validation folds=2 seeds=0:3",
        "cross-validation folds=3 over=targets", "unseen-context shots=5 seeds=1,2",
        "unseen-context contexts=RPE1", "context-transfer max-held-out-contexts=2 seeds=1:3",
        "perturbench-combination held-out-fraction=0.6",
        "perturbench-combination variant=inverse held-out-fraction=0.6",
        "imbalance evenness=0.95 fewest=4", "pereggrn type=stratified",
        "pereggrn type=genetic-interaction", "pereggrn type=demultiplexing",
        "cellsimbench variant=combinations score-on=test+validation",
        "spectral-overlap seeds=1 to=0.2"})
    out.emplace_back(text);
  return out;
}

}  // namespace

TEST_CASE("every protocol splits a screen cleanly, or says why it cannot") {
  auto const labels = labels_of(measured());
  std::string const text = GENERATE(from_range(configurations()));
  INFO(text);
  auto const part = protocol_of(text);

  std::vector<PerturbationSplit> splits;
  try {
    splits = splits_of(part, labels);
  } catch (UserError const& error) {
    CHECK(part.name() == "split-file");  // no file is given here
    CHECK_FALSE(error.sentences().empty());
    return;
  }

  REQUIRE_FALSE(splits.empty());
  std::set<std::string> names;
  for (auto const& split : splits) {
    check_split(labels, split);
    CHECK(names.insert(split.name).second);
  }
  check_same(labels, splits, labels, splits_of(text, labels));
  for (std::uint64_t seed = 1; seed < 4; ++seed) {
    auto const other = renumbered(labels, seed);
    check_same(labels, splits, other, splits_of(text, other));
  }
}

TEST_CASE("every protocol refuses a screen of control alone") {
  std::string const name = GENERATE(from_range(ProtocolRegistry::instance().names()));
  INFO(name);
  auto const labels = labels_of({"ctrl"}, {"K562", "RPE1"});
  CHECK_THROWS_AS(splits_of(name, labels), UserError);
}
