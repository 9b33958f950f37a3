// ridge, kernel-ridge and knn against scikit-learn on a real screen.
#include <catch2/catch.hpp>

#include "model/golden_regression.hpp"

using namespace pertscale;

TEST_CASE("ridge predicts what scikit-learn does") {
  auto const golden = golden_regression();
  if (!golden) return;
  for (std::string const features : {"enformer", "go_pca32"})
    for (std::string const alpha : {"0.01", "0.1", "1", "10"}) {
      INFO(features << ", alpha " << alpha);
      auto const key = "ridge_" + features + "_alpha" + alpha;
      CHECK(difference(golden->out_of_fold("ridge alpha=" + alpha, features), (*golden)[key]) <=
            1e-11);
    }
}

TEST_CASE("kernel ridge predicts what scikit-learn does") {
  auto const golden = golden_regression();
  if (!golden) return;
  for (std::string const features : {"enformer", "go_pca32"})
    for (auto const& [alpha, gamma] : {std::pair<std::string, std::string>{"0.1", "0.5"},
                                       std::pair<std::string, std::string>{"1", "0.1"}}) {
      INFO(features << ", alpha " << alpha << ", gamma " << gamma);
      auto const key = "kernelridge_rbf_" + features + "_alpha" + alpha + "_gamma" + gamma;
      auto const ours =
          golden->out_of_fold("kernel-ridge alpha=" + alpha + " gamma=" + gamma, features);
      CHECK(difference(ours, (*golden)[key]) <= 1e-11);
    }
}

TEST_CASE("knn predicts what scikit-learn does where no neighbours tie") {
  auto const golden = golden_regression();
  if (!golden) return;
  CsvTable const order(*shared_file("golden/regression/conditions.csv"));
  CsvTable const ties(*shared_file("golden/regression/knn_ties.csv"));
  auto const tied = [&](std::string const& features, std::string const& k) {
    std::set<Eigen::Index> rows;
    for (std::size_t t = 0; t < ties.rows(); ++t)
      for (std::size_t i = 0; i < order.rows(); ++i)
        if (ties.text(t, "features") == features && ties.text(t, "k") == k &&
            ties.text(t, "condition") == order.text(i, "condition"))
          rows.insert(static_cast<Eigen::Index>(i));
    return rows;
  };
  for (std::string const features : {"enformer", "go_pca32"})
    for (auto const& [k, weights] : {std::pair<std::string, std::string>{"1", "uniform"},
                                     std::pair<std::string, std::string>{"2", "uniform"},
                                     std::pair<std::string, std::string>{"5", "uniform"},
                                     std::pair<std::string, std::string>{"5", "distance"}}) {
      INFO(features << ", " << k << " neighbours, " << weights);
      auto const key = "knn_" + features + "_k" + k + "_" + weights;
      auto const ours =
          golden->out_of_fold("knn n-neighbors=" + k + " weights=" + weights, features);
      CHECK(difference(ours, (*golden)[key], tied(features, k)) <= 1e-11);
    }
  for (std::string const k : {"1", "2", "5"}) {
    INFO("Csendes et al., " << k << " neighbours");
    CHECK(difference(golden->out_of_fold("knn n-neighbors=" + k, "go_all_pca256"),
                     (*golden)["csendes_knn_" + k], tied("go_all_pca256", k)) <= 1e-11);
  }
}
