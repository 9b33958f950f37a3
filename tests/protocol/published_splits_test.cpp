#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "protocol/made_labels.hpp"
#include "shared_data.hpp"

using namespace pertscale;
using Json = nlohmann::json;

namespace {

std::vector<std::string> sorted_list(Json const& list) {
  auto names = list.get<std::vector<std::string>>();
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> every_condition(Json const& split) {
  std::vector<std::string> names;
  for (auto const* part : {"train", "val", "test"})
    for (auto const& name : split[part]) names.push_back(name);
  return names;
}

std::string protocol_for(std::string const& dataset) {
  bool const doubles = dataset == "norman_from_scfoundation";
  return std::string(doubles ? "unseen-combination" : "unseen-perturbation") +
         " variant=nature-methods seeds=";
}

}  // namespace

// The splits of Ahlmann-Eltze et al. 2025 as published: 5 of doubles, 2 of each screen of singles.
TEST_CASE("every published split of the Nature Methods benchmark is reproduced") {
  auto const path = shared_file("golden/nature-methods-splits.json");
  if (!path) return;
  auto const golden = Json::parse(read_text(*path));

  int reproduced = 0;
  for (auto const& [dataset, seeds] : golden.items())
    for (auto const& [seed, published] : seeds.items()) {
      INFO(dataset << ", seed " << seed);
      auto const labels = labels_of(shuffled(every_condition(published), std::stoull(seed)));
      auto const split = splits_of(protocol_for(dataset) + seed, labels).at(0);

      CHECK(split.name == seed);
      CHECK(names_of(labels, split.train) == sorted_list(published["train"]));
      CHECK(names_of(labels, split.validation) == sorted_list(published["val"]));
      CHECK(names_of(labels, split.test) == sorted_list(published["test"]));
      ++reproduced;
    }
  CHECK(reproduced == 11);
}

TEST_CASE("split-file reads the published file as it is") {
  auto const path = shared_file("golden/nature-methods-splits.json");
  if (!path) return;
  auto const golden = Json::parse(read_text(*path));
  for (auto const& [dataset, seeds] : golden.items()) {
    INFO(dataset);
    auto const labels = labels_of(every_condition(seeds["1"]));
    auto part = protocol_of("split-file path=splits.json");
    part.options.find("path")->file->text = read_text(*path);

    auto const read = part.object->splits(labels, {dataset, {}});

    REQUIRE(read.size() == seeds.size());
    for (auto const& split : read) {
      auto const drawn = splits_of(protocol_for(dataset) + split.name, labels).at(0);
      CHECK(split.train == drawn.train);
      CHECK(split.validation == drawn.validation);
      CHECK(split.test == drawn.test);
    }
  }
}
