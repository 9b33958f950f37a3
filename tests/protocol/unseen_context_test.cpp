#include <catch2/catch.hpp>

#include "protocol/made_labels.hpp"
#include "protocol/small_screen.hpp"

using namespace pertscale;

namespace {

std::string context_of(Labels const& labels, std::size_t row) {
  return labels.contexts()[labels.rows()[row].context];
}

Labels three_contexts() {
  std::vector<Measured> measured;
  for (auto const* context : {"HepG2", "K562", "RPE1"})
    for (auto const* condition : {"ctrl", "A", "B", "C", "A+B"})
      measured.emplace_back(condition, context);
  measured.emplace_back("D", "RPE1");
  return labels_of(measured);
}

}  // namespace

TEST_CASE("every context is held out in turn, but for its control") {
  auto const labels = three_contexts();

  auto const splits = splits_of("unseen-context", labels);

  REQUIRE(splits.size() == 3);
  CHECK(splits[0].name == "1.HepG2");
  CHECK(splits[2].name == "1.RPE1");
  for (auto const& split : splits) {
    std::string const target = split.name.substr(2);
    for (auto const row : split.test) CHECK(context_of(labels, row) == target);
    for (auto const row : split.train)
      CHECK((context_of(labels, row) != target || labels.condition_of(row).is_control()));
    CHECK(split.train.size() + split.test.size() == labels.rows().size());
  }
  CHECK(splits[2].test.size() == 5);
  CHECK(names_in_group(labels, splits[2], splits[2].test, "double") == words("A+B"));
  CHECK(ProtocolRegistry::instance().find("unseen-context").traits.pools_contexts);
}

TEST_CASE("shots of the target context are trained on, and more shots contain fewer") {
  auto const labels = three_contexts();
  auto const test_at = [&](int shots) {
    return splits_of("unseen-context contexts=RPE1 shots=" + std::to_string(shots), labels)
        .at(0)
        .test;
  };

  for (int shots = 1; shots < 5; ++shots) {
    auto const fewer = test_at(shots - 1), more = test_at(shots);
    CHECK(more.size() + 1 == fewer.size());
    CHECK(std::includes(fewer.begin(), fewer.end(), more.begin(), more.end()));
  }
  auto const seeds = splits_of("unseen-context contexts=RPE1 shots=2 seeds=1:4", labels);
  CHECK(std::any_of(seeds.begin(), seeds.end(),
                    [&](auto const& split) { return split.test != seeds[0].test; }));
}

TEST_CASE("contexts and shots that cannot be are refused") {
  auto const labels = three_contexts();
  CHECK(complaint([] {
          splits_of("unseen-context", labels_of({"ctrl", "A", "B"}));
        }) ==
        "dataset 'screen' has only one context ('K562'); unseen-context needs two or more, so set "
        "context-column, or use another protocol");
  CHECK(complaint([&] { splits_of("unseen-context contexts=RPE1,K56", labels); }) ==
        "unseen-context: dataset 'screen' has no context 'K56'. Did you mean 'K562'?");
  CHECK(complaint([&] { splits_of("unseen-context shots=4", labels); }) ==
        "unseen-context shots=4 leaves none of the 4 perturbations of context 'HepG2' in dataset "
        "'screen' to test; set shots to at most 3");
  std::vector<Measured> const bare{{"ctrl", "X"}, {"A", "X"}, {"ctrl", "Y"}};
  CHECK(complaint([&] {
          splits_of("unseen-context contexts=Y", labels_of(bare));
        }).find("has no perturbation to hold out") != std::string::npos);
  CHECK(complaint([&] {
          splits_of("unseen-context contexts=X", labels_of(bare));
        }).find("no perturbation to train on") != std::string::npos);
}
