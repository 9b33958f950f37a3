#include <algorithm>
#include <numeric>
#include <vector>

#include "model/feature_model.hpp"

namespace pertscale {
namespace {

/// Mean change of the nearest training rows by Euclidean distance of features, ties to the earlier
/// row. weights=distance: by 1/distance; rows at distance 0, where there are some, count alone
/// (scikit-learn's KNeighborsRegressor). Fewer rows than neighbours: all rows.
class NearestNeighbours final : public FeatureModel {
 public:
  double flops(double training, double held_out, double genes) const override {
    return training * held_out * 1000 + held_out * genes * neighbours_;
  }

 private:
  void declare_own(OptionList& options) override {
    options.add("n-neighbors", neighbours_, "training rows that a prediction averages").at_least(1);
    options.add("weights", weights_, "of the neighbours").one_of({"uniform", "distance"});
  }
  std::vector<double> published_grid() const override { return {1, 2, 5}; }
  void set_tuned(double value) override { neighbours_ = static_cast<int>(value); }
  bool tunes_a_count() const override { return true; }

  Status fit_rows(FeatureRows const& rows) override {
    rows_ = rows;
    return {};
  }
  Matrix predict_rows(Matrix const& features) const override {
    Matrix out(features.rows(), rows_.changes.cols());
    for (Eigen::Index i = 0; i < features.rows(); ++i) out.row(i) = mean_of(features.row(i));
    return out;
  }
  Eigen::RowVectorXd mean_of(Eigen::RowVectorXd const& features) const;

  int neighbours_ = 5;
  std::string weights_ = "uniform";
  FeatureRows rows_;
};

Eigen::RowVectorXd NearestNeighbours::mean_of(Eigen::RowVectorXd const& features) const {
  Vector const distance = (rows_.features.rowwise() - features).rowwise().norm();
  std::vector<Eigen::Index> order(static_cast<std::size_t>(distance.size()));
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  auto const count = std::min(order.size(), static_cast<std::size_t>(neighbours_));
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                    [&](auto a, auto b) {
                      return distance[a] != distance[b] ? distance[a] < distance[b] : a < b;
                    });
  bool const exact = distance[order.front()] == 0;
  Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(rows_.changes.cols());
  double total = 0;
  for (std::size_t i = 0; i < count; ++i) {
    double weight = rows_.weights[order[i]];
    if (weights_ == "distance")
      weight *= exact ? (distance[order[i]] == 0 ? 1.0 : 0.0) : 1 / distance[order[i]];
    sum += weight * rows_.changes.row(order[i]);
    total += weight;
  }
  return sum / total;
}

Registered<Model> const registered{{
    .name = "knn",
    .summary = "mean change of the training perturbations with the nearest features",
    .source = "scikit-learn KNeighborsRegressor; Csendes et al. 2025, BMC Genomics 26:393",
    .traits = {.validates = true},
    .make = [] { return std::make_unique<NearestNeighbours>(); },
}};

}  // namespace
}  // namespace pertscale
