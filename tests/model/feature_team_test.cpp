// RANKS 1 2 3 4
// Models on features by a team and by one rank.
#include <catch2/catch.hpp>

#include "model/golden_regression.hpp"
#include "solver/team_linear_algebra.hpp"

using namespace pertscale;

namespace {

struct Made {
  TrainingView view;
  std::shared_ptr<FeatureTable const> table;
  std::vector<std::string> asked;
};

GeneTable const& genes() {
  static GeneTable const table = lettered_genes(8);
  return table;
}

/// 40 training conditions, 10 of validation, 60 held out.
Made made(Eigen::Index dimensions) {
  std::vector<std::string> names;
  for (int i = 0; i < 110; ++i) names.push_back("P" + std::to_string(100 + i));
  RandomStream random(4, "feature team");
  Matrix features(110, dimensions);
  for (auto& value : features.reshaped<Eigen::RowMajor>()) value = random.normal();
  Made out{made_training(genes(), {names.begin(), names.begin() + 40}, made_profiles(40, 8, 1, 0.5),
                         made_profiles(1, 8, 2, 0).row(0).transpose()),
           made_table(names, features),
           {names.begin() + 50, names.end()}};
  out.view.validation_conditions = conditions({names.begin() + 40, names.begin() + 50});
  out.view.validation_profiles = made_profiles(10, 8, 3, 0.5);
  return out;
}

Matrix fitted(std::string const& model, Made const& data, LinearAlgebra const& algebra) {
  auto const part = made_feature_model(model, data.table);
  part.object->use(algebra);
  part.object->fit(data.view, 5);
  auto const said = part.object->predict(conditions(data.asked));
  for (auto const& status : said.status) REQUIRE(status.ok());
  return said.mean;
}

}  // namespace

TEST_CASE("ridge and least squares by a team are those of one rank") {
  TeamLinearAlgebra const everyone(Communicator::world());
  for (auto const dimensions : {6, 90})
    for (std::string const model : {"ridge alpha=0.5", "ridge alpha=0 weight=cells",
                                    "ridge tune=validation", "kernel-ridge"}) {
      INFO(model << ", " << dimensions << " features");
      auto const data = made(dimensions);
      auto const alone = fitted(model, data, own_linear_algebra());
      CHECK(largest_difference(fitted(model, data, everyone), alone) <= 1e-8);
    }
}

TEST_CASE("a forest is grown and asked by a team of any size with the same bits") {
  TeamLinearAlgebra const everyone(Communicator::world());
  for (std::string const model : {"random-forest n-estimators=7",
                                  "random-forest tune=validation grid=3,7 max-features=sqrt"}) {
    auto const data = made(6);
    CHECK(fitted(model, data, everyone) == fitted(model, data, own_linear_algebra()));
  }
}
