// What every registered model keeps to, by its traits. A new model is in by being registered.
#include <catch2/catch.hpp>
#include <cmath>

#include "model/made_training.hpp"

using namespace pertscale;

namespace {

constexpr std::size_t gene_count = 12;
GeneTable const genes = lettered_genes(gene_count);
std::vector<std::string> const names{"A+B",    "A+C",    "A+ctrl", "B+ctrl", "C+ctrl",
                                     "D+ctrl", "E+ctrl", "F+ctrl", "H+ctrl"};
std::vector<std::string> const held_out{"B+C", "G+ctrl", "D+ctrl", "D+K", "ctrl+unheard-of"};

/// Singles and doubles; the same conditions in two other contexts. `change` 0: no effect at all.
TrainingView training(double change) {
  auto view = made_training(genes, names, made_profiles(names.size(), gene_count, 5, change),
                            made_profiles(1, gene_count, 6, 0).row(0).transpose());
  view.elsewhere_conditions = conditions({"B+C", "D+ctrl", "G+ctrl"});
  Matrix const deltas =
      made_profiles(6, gene_count, 8, change) - made_profiles(6, gene_count, 8, 0);
  for (std::size_t i = 0; i < 6; ++i)
    view.elsewhere.push_back(
        {i % 3, 1 + i / 3, 40, deltas.row(static_cast<Eigen::Index>(i)).transpose()});
  return view;
}

TrainingView permuted(TrainingView view, std::uint64_t seed) {
  auto const order = RandomStream(seed, "order").permutation(view.size());
  auto const old = view;
  for (std::size_t i = 0; i < order.size(); ++i) {
    view.conditions[i] = old.conditions[order[i]];
    view.cells[i] = old.cells[order[i]];
    view.profiles.row(static_cast<Eigen::Index>(i)) =
        old.profiles.row(static_cast<Eigen::Index>(order[i]));
  }
  std::reverse(view.elsewhere.begin(), view.elsewhere.end());
  return view;
}

void check_equal(Prediction const& a, Prediction const& b, double tolerance) {
  REQUIRE(a.mean.rows() == b.mean.rows());
  REQUIRE(a.status == b.status);
  for (std::size_t i = 0; i < a.status.size(); ++i)
    if (a.status[i].ok())
      CHECK(largest_difference(a.mean.row(static_cast<Eigen::Index>(i)),
                               b.mean.row(static_cast<Eigen::Index>(i))) <= tolerance);
}

void check_shape(Prediction const& prediction) {
  REQUIRE(prediction.mean.rows() == static_cast<Eigen::Index>(held_out.size()));
  REQUIRE(prediction.mean.cols() == static_cast<Eigen::Index>(gene_count));
  REQUIRE(prediction.status.size() == held_out.size());
  bool any = false;
  for (std::size_t i = 0; i < held_out.size(); ++i) {
    if (!prediction.status[i].ok()) continue;
    any = true;
    CHECK(prediction.mean.row(static_cast<Eigen::Index>(i)).allFinite());
  }
  CHECK(any);
}

}  // namespace

TEST_CASE("every model keeps the contract") {
  auto const registered = ModelRegistry::instance().names();
  REQUIRE(registered.size() >= 6);
  for (auto const& name : registered) {
    INFO("model " << name);
    if (ModelRegistry::instance().find(name).traits.from_file) {
      // The suite reads it from a file: it can be neither fitted nor asked.
      auto const part = made_model(name);
      CHECK_THROWS_AS(part.object->fit(training(0.3), 1), InternalError);
      CHECK_THROWS_AS(part.object->predict(conditions(held_out)), InternalError);
      CHECK(part.options.find("path") != nullptr);
      continue;
    }
    auto const view = training(0.3);
    auto const first = predicted(name, view, held_out);
    check_shape(first);

    SECTION(name + ": the same seed gives the same bits, a second fit forgets the first") {
      check_equal(first, predicted(name, view, held_out), 0);
      auto const part = made_model(name);
      part.object->fit(training(1), 2);
      part.object->fit(view, 1);
      check_equal(first, part.object->predict(conditions(held_out)), 0);
    }
    SECTION(name + ": a seed matters only to a model that says so") {
      if (!ModelRegistry::instance().find(name).traits.stochastic)
        check_equal(first, predicted(name, view, held_out, 99), 0);
    }
    SECTION(name + ": the order of the training conditions is irrelevant") {
      check_equal(first, predicted(name, permuted(view, 3), held_out), 1e-12);
    }
    SECTION(name + ": conditions are predicted alone as among others") {
      for (std::size_t i = 0; i < held_out.size(); ++i) {
        auto const alone = predicted(name, view, {held_out[i]});
        REQUIRE(alone.status[0] == first.status[i]);
        if (alone.status[0].ok())
          CHECK(alone.mean.row(0) == first.mean.row(static_cast<Eigen::Index>(i)));
      }
    }
    SECTION(name + ": predict before fit is refused") {
      CHECK_THROWS_AS(made_model(name).object->predict(conditions(held_out)), InternalError);
    }
    SECTION(name + ": no effect in the training data gives no change") {
      auto const& traits = ModelRegistry::instance().find(name).traits;
      auto const still = training(0);
      auto const prediction = predicted(name, still, held_out);
      for (std::size_t i = 0; traits.no_effect_exception.empty() && i < held_out.size(); ++i)
        if (prediction.status[i].ok())
          CHECK(largest_difference(prediction.mean.row(static_cast<Eigen::Index>(i)),
                                   still.control.transpose()) <= 1e-12);
    }
    SECTION(name + ": describes itself") {
      auto const& info = ModelRegistry::instance().find(name);
      CHECK_FALSE(info.summary.empty());
      CHECK_FALSE(info.source.empty());
      auto const part = made_model(name);
      for (auto const& option : part.options.all()) CHECK_FALSE(option.help.empty());
      CHECK(made_model(name).object->flops(100, 20, 1000) > 0);
    }
  }
}
