#include <catch2/catch.hpp>
#include <set>

#include "core/error.hpp"
#include "model/golden_regression.hpp"

using namespace pertscale;

namespace {

GeneTable const genes = lettered_genes(6);
std::vector<std::string> const names{"A+ctrl", "B+ctrl", "C+ctrl", "D+ctrl", "E+ctrl"};

TrainingView training() {
  return made_training(genes, names, made_profiles(5, 6, 1, 0.5),
                       made_profiles(1, 6, 2, 0).row(0).transpose());
}

/// Predicted changes of every condition by the fit without its fold.
Matrix out_of_fold(GoldenRegression const& golden, std::uint64_t seed) {
  auto const table = golden.table("go_all_pca256");
  Matrix out(150, 40);
  for (int fold = 0; fold < 5; ++fold) {
    auto const part = made_feature_model("random-forest", table);
    part.object->fit(golden.training(fold), seed);
    std::vector<std::string> tested;
    std::vector<Eigen::Index> rows;
    for (Eigen::Index i = 0; i < 150; ++i)
      if (golden.held_out(i, fold)) {
        tested.push_back(row_name(i));
        rows.push_back(i);
      }
    Matrix const changes =
        part.object->predict(conditions(tested)).mean.rowwise() - golden["control"].row(0);
    for (std::size_t i = 0; i < rows.size(); ++i)
      out.row(rows[i]) = changes.row(static_cast<Eigen::Index>(i)).leftCols(40);
  }
  return out;
}

}  // namespace

TEST_CASE("trees without a bound reproduce what they were grown from") {
  auto const view = training();
  auto const said = predicted("random-forest n-estimators=2 bootstrap=no", view, names);
  CHECK(largest_difference(said.mean, view.profiles) < 1e-12);
}

TEST_CASE("a leaf of all conditions is their mean, weighted by cells where asked") {
  auto const view = training();
  Eigen::RowVectorXd mean = view.profiles.colwise().mean();
  auto const said = predicted("random-forest bootstrap=no min-samples-leaf=3", view, names);
  CHECK(largest_difference(said.mean.row(4), mean) < 1e-12);
  mean = (10 * view.profiles.row(0) + 20 * view.profiles.row(1) + 30 * view.profiles.row(2) +
          40 * view.profiles.row(3) + 50 * view.profiles.row(4)) /
         150;
  auto const weighted =
      predicted("random-forest bootstrap=no min-samples-leaf=3 weight=cells", view, names);
  CHECK(largest_difference(weighted.mean.row(4), mean) < 1e-12);
}

TEST_CASE("options of the forest") {
  auto const view = training();
  auto const by = [&](std::string const& options) {
    return predicted("random-forest n-estimators=5 " + options, view, names).mean;
  };
  CHECK(by("max-depth=0") == by("max-depth=none"));
  CHECK(by("max-depth=1") != by("max-depth=none"));
  CHECK(by("max-features=sqrt") == by("max-features=2"));
  CHECK(by("max-features=1") != by("max-features=all"));
  CHECK(by("max-features=9") == by("max-features=all"));
  for (std::string const wrong : {"max-depth=-1", "max-depth=1.5", "max-depth=deep",
                                  "max-features=0", "max-features=half", "n-estimators=0"})
    CHECK_THROWS_AS(by(wrong), UserError);
}

TEST_CASE("tune=validation: every number of trees is the forest of its own, to the bit") {
  auto view = training();
  view.validation_conditions = conditions({"A+B", "C+D", "B+E"});
  auto const tuned = [&](std::string const& grid, std::uint64_t validation) {
    view.validation_profiles = made_profiles(3, 6, validation, 0.5);
    return predicted("random-forest tune=validation grid=" + grid, view, {"A+C", "D+E"}).mean;
  };
  auto const alone = [&](std::string const& trees, std::vector<std::string> const& asked) {
    return predicted("random-forest n-estimators=" + trees, view, asked).mean;
  };
  std::set<std::string> chosen;
  for (std::uint64_t validation = 10; validation < 20; ++validation) {
    auto const found = tuned("5,2,30", validation);
    std::string best;
    double best_score = -2;
    for (std::string const trees : {"5", "2", "30"}) {
      CHECK(tuned(trees, validation) == alone(trees, {"A+C", "D+E"}));
      auto const said = alone(trees, {"A+B", "C+D", "B+E"});
      double const score = validation_pearson(said, view);
      if (score > best_score + 1e-12) best = trees, best_score = score;
    }
    chosen.insert(best);
    CHECK(found == alone(best, {"A+C", "D+E"}));
  }
  CHECK(chosen.size() == 3);  // each of the grid was the best somewhere
  for (std::string const wrong : {"0", "1.5", "-3", "many"})
    CHECK_THROWS_WITH(tuned(wrong, 10), Catch::Contains("grid"));
}

TEST_CASE("the forests of Csendes et al. are scikit-learn's within Monte-Carlo error") {
  auto const golden = golden_regression();
  if (!golden) return;
  constexpr int seeds = 3;
  std::vector<Matrix> ours;
  for (int seed = 1; seed <= seeds; ++seed)
    ours.push_back(out_of_fold(*golden, static_cast<std::uint64_t>(seed)));
  Matrix const mean = (ours[0] + ours[1] + ours[2]) / seeds;
  double variance = 0;  // of a prediction of 100 trees between seeds
  for (auto const& one : ours) variance += (one - mean).squaredNorm() / (seeds - 1) / 150 / 40;
  for (auto const& [trees, share] : {std::pair{"100", 1.0}, std::pair{"300", 1.0 / 3}}) {
    auto const& theirs = (*golden)[std::string("csendes_rf_") + trees];
    double const off = (mean - theirs).squaredNorm() / 150 / 40;
    double const ratio = off / (variance * (1.0 / seeds + share));
    std::cout << "random forest of " << trees << " trees: mean squared difference " << off
              << ", of what Monte-Carlo error gives " << ratio << '\n';
    CHECK(ratio > 0.8);
    CHECK(ratio < 1.2);  // 150 rows, of which genes go together
  }
}
