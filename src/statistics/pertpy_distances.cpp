#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>

#include "core/sums.hpp"
#include "statistics/energy_distance.hpp"
#include "statistics/gene_distances.hpp"
#include "statistics/kernel_distance.hpp"
#include "statistics/logistic.hpp"
#include "statistics/mean_distances.hpp"
#include "statistics/negative_binomial.hpp"
#include "statistics/transport_distance.hpp"

namespace pertscale {

namespace {

using Distance = std::function<double(Points const&, Points const&)>;

/// A distance of the two means.
template <class Form>
Distance of_means(Form form) {
  return [form](Points const& a, Points const& b) {
    Vector const x = mean_point(a), y = mean_point(b);
    auto const n = static_cast<std::size_t>(x.size());
    return form(Profile(x.data(), n), Profile(y.data(), n));
  };
}

double squared_length(Profile a, Profile b) {
  return ordered_sum(a.size(), [&](std::size_t i) { return (a[i] - b[i]) * (a[i] - b[i]); });
}

double length(Profile a, Profile b) { return std::sqrt(squared_length(a, b)); }

double mean_square(Profile a, Profile b) {
  return squared_length(a, b) / static_cast<double>(a.size());
}

double mean_absolute(Profile a, Profile b) {
  return ordered_sum(a.size(), [&](std::size_t i) { return std::fabs(a[i] - b[i]); }) /
         static_cast<double>(a.size());
}

Distance of_genes(GeneDistance form) {
  return [form](Points const& a, Points const& b) { return mean_gene_distance(a, b, form); };
}

double energy(Points const& a, Points const& b) {
  EnergyForm const form = *published_energy_form("pertpy");
  return energy_distance(a, b, group_terms(a, form), group_terms(b, form), form);
}

double converged_sinkhorn(Points const& a, Points const& b) {
  auto const found = sinkhorn_cost(a, b);
  return found.converged ? found.cost : std::numeric_limits<double>::quiet_NaN();
}

std::map<std::string, Distance, std::less<>> const& distances() {
  static std::map<std::string, Distance, std::less<>> const table{
      {"edistance", energy},
      {"euclidean", of_means(length)},
      {"root_mean_squared_error", of_means(length)},
      {"mse", of_means(mean_square)},
      {"mean_absolute_error", of_means(mean_absolute)},
      {"pearson_distance", of_means(pearson_distance)},
      {"spearman_distance", of_means(spearman_distance)},
      {"kendalltau_distance", of_means(kendall_distance)},
      {"cosine_distance", of_means(cosine_distance)},
      {"r2_distance", of_means(r2_distance)},
      {"mean_pairwise",
       [](Points const& a, Points const& b) {
         return mean_distance(a, b, PointMetric::euclidean);
       }},
      {"mmd", [](Points const& a, Points const& b) { return mmd_squared(a, b, {}); }},
      {"sym_kldiv", of_genes(GeneDistance::sym_kldiv)},
      {"t_test", of_genes(GeneDistance::t)},
      {"ks_test", of_genes(GeneDistance::ks)},
      {"mahalanobis", mahalanobis_distance},
      {"mean_var_distribution", mean_variance_distance},
      {"classifier_proba",
       [](Points const& a, Points const& b) { return held_out_probability(a, b, 0); }},
      {"nb_ll",
       [](Points const& a, Points const& b) { return count_surprise(a, b, Underdispersed::skip); }},
      {"wasserstein", converged_sinkhorn}};
  return table;
}

/// Low and 1 / range of every coordinate; 1 of a constant one.
struct Scales {
  Vector low, factor;

  Scales(Matrix const& a, Matrix const* b) : low(a.cols()), factor(a.cols()) {
    for (Eigen::Index c = 0; c < a.cols(); ++c) {
      double high = a.col(c).maxCoeff();
      low[c] = a.col(c).minCoeff();
      if (b != nullptr) {
        high = std::max(high, b->col(c).maxCoeff());
        low[c] = std::min(low[c], b->col(c).minCoeff());
      }
      factor[c] = high > low[c] ? 1 / (high - low[c]) : 1;
    }
  }

  Matrix operator()(Matrix const& points) const {
    Matrix out = points;
    for (Eigen::Index i = 0; i < out.rows(); ++i)
      for (Eigen::Index c = 0; c < out.cols(); ++c) out(i, c) = (out(i, c) - low[c]) * factor[c];
    return out;
  }
};

}  // namespace

std::optional<PertpyDistance> pertpy_distance(std::string_view name) {
  if (!distances().contains(name)) return std::nullopt;
  return PertpyDistance{std::string(name)};
}

std::vector<std::string> pertpy_distance_names() {
  std::vector<std::string> out;
  for (auto const& [name, distance] : distances()) out.push_back(name);
  return out;
}

Score PertpyDistance::of(Points const& a, Points const& b) const {
  if (a.rows() == 0 || b.rows() == 0) return {0, Status("too_few_cells")};
  double const value = distances().find(name)->second(a, b);
  if (!std::isfinite(value)) return {0, Status("undefined")};
  return {value, {}};
}

Score compare_distance(PertpyDistance const& distance, ComparedCells const& cells,
                       Scaling scaling) {
  if (cells.measured.rows() == 0 || cells.predicted.rows() == 0 || cells.control.rows() == 0)
    return {0, Status("too_few_cells")};
  if (scaling != Scaling::none) {
    bool const both = scaling == Scaling::both || scaling == Scaling::both_pertpy;
    bool const all = scaling == Scaling::both || scaling == Scaling::control;
    Scales const scale(cells.control, both ? &cells.measured : nullptr);
    ComparedCells const scaled{scale(cells.measured), scale(cells.predicted),
                               all ? scale(cells.control) : cells.control};
    return compare_distance(distance, scaled, Scaling::none);
  }
  Score measured = distance.of(cells.measured, cells.predicted);
  Score control = distance.of(cells.control, cells.predicted);
  if (!measured.status.ok()) return measured;
  if (!control.status.ok()) return control;
  if (control.value == 0) return {0, Status("zero_reference")};
  return {measured.value / control.value, {}};
}

}  // namespace pertscale
