#include "statistics/energy_distance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/sums.hpp"
#include "core/vector_loops.hpp"

namespace pertscale {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

double squared_distance(Vector const& a, Vector const& b) {
  return ordered_sum(static_cast<std::size_t>(a.size()), [&](std::size_t k) {
    auto const i = static_cast<Eigen::Index>(k);
    return (a[i] - b[i]) * (a[i] - b[i]);
  });
}

/// Squared distances to the mean, summed over cells and coordinates.
double scatter(Points const& points, Vector const& mean) {
  double sum = 0;
  for (Eigen::Index i = 0; i < points.rows(); ++i) {
    double const* const x = points.row(i).data();
    sum += ordered_sum(static_cast<std::size_t>(points.cols()), [&](std::size_t k) {
      double const d = x[k] - mean[static_cast<Eigen::Index>(k)];
      return d * d;
    });
  }
  return sum;
}

/// Squared distances to distances of the metric.
void apply(PointMetric metric, double gamma, double* squares, std::size_t n) {
  if (metric == PointMetric::euclidean) take_roots(squares, n);
  if (metric != PointMetric::gaussian) return;
  for (std::size_t j = 0; j < n; ++j) squares[j] *= -gamma;
  take_exponentials(squares, n);
  for (std::size_t j = 0; j < n; ++j) squares[j] = 1 - squares[j];
}

double pair_sum(Points const& a, Points const& b, PointMetric metric, double gamma) {
  double sum = 0;
  visit_pairs(a, b, [&](Eigen::Index, Eigen::Index, Matrix& tile) {
    double part = 0;
    auto const n = static_cast<std::size_t>(tile.cols());
    for (Eigen::Index i = 0; i < tile.rows(); ++i) {
      apply(metric, gamma, tile.row(i).data(), n);
      part += sum_of(tile.row(i).data(), n);
    }
    sum += part;
  });
  return sum;
}

/// Over unordered pairs of different cells.
double pair_sum_within(Points const& a, PointMetric metric, double gamma) {
  double sum = 0;
  visit_pairs_within(a, [&](Eigen::Index first, Eigen::Index other, Matrix& tile) {
    double part = 0;
    for (Eigen::Index i = 0; i < tile.rows(); ++i) {
      Eigen::Index const from = first == other ? i + 1 : 0;
      auto const n = static_cast<std::size_t>(tile.cols() - from);
      apply(metric, gamma, tile.row(i).data() + from, n);
      part += sum_of(tile.row(i).data() + from, n);
    }
    sum += part;
  });
  return sum;
}

}  // namespace

std::string EnergyForm::name() const {
  char const* const names[] = {"sqeuclidean", "euclidean", "gaussian"};
  return names[static_cast<std::size_t>(metric)] + std::string(corrected ? "-corrected" : "");
}

std::vector<std::string> energy_form_names() {
  return {"sqeuclidean-corrected", "sqeuclidean", "euclidean", "euclidean-corrected"};
}

std::optional<EnergyForm> energy_form(std::string_view name) {
  for (auto const metric : {PointMetric::sqeuclidean, PointMetric::euclidean})
    for (bool const corrected : {true, false})
      if (EnergyForm const form{metric, corrected}; form.name() == name) return form;
  return std::nullopt;
}

std::optional<EnergyForm> published_energy_form(std::string_view program) {
  EnergyForm const euclidean{PointMetric::euclidean, false};
  if (program == "scperturb") return EnergyForm{};
  if (program == "pertpy" || program == "cell-eval") return euclidean;
  if (program == "scperteval") return EnergyForm{PointMetric::euclidean, true};
  if (program == "perturbench") return EnergyForm{PointMetric::euclidean, false, 0.5};
  return std::nullopt;
}

std::vector<std::string> published_energy_forms() {
  return {"scperturb", "pertpy", "cell-eval", "scperteval", "perturbench"};
}

double mean_distance(Points const& a, Points const& b, PointMetric metric, double gamma) {
  if (a.rows() == 0 || b.rows() == 0) return none;
  if (metric != PointMetric::sqeuclidean)
    return pair_sum(a, b, metric, gamma) / static_cast<double>(a.rows()) /
           static_cast<double>(b.rows());
  Vector const mean_a = mean_point(a), mean_b = mean_point(b);
  return squared_distance(mean_a, mean_b) + scatter(a, mean_a) / static_cast<double>(a.rows()) +
         scatter(b, mean_b) / static_cast<double>(b.rows());
}

double mean_distance_within(Points const& a, PointMetric metric, double gamma) {
  if (a.rows() == 0) return none;
  auto const n = static_cast<double>(a.rows());
  if (metric != PointMetric::sqeuclidean) return 2 * pair_sum_within(a, metric, gamma) / n / n;
  return 2 * scatter(a, mean_point(a)) / n;
}

GroupTerms group_terms(Points const& points, EnergyForm const& form) {
  GroupTerms out;
  out.cells = points.rows();
  auto const n = static_cast<double>(points.rows());
  out.mean = points.rows() > 0 ? mean_point(points) : Vector::Constant(points.cols(), none);
  out.variance = points.rows() > 1 ? scatter(points, out.mean) / (n - 1) : none;
  if (points.rows() == 0 || (form.corrected && points.rows() == 1))
    out.self = none;
  else if (form.metric == PointMetric::sqeuclidean)
    out.self = points.rows() == 1 ? 0 : 2 * out.variance * (form.corrected ? 1 : (n - 1) / n);
  else
    out.self =
        mean_distance_within(points, form.metric, form.gamma) * (form.corrected ? n / (n - 1) : 1);
  return out;
}

double energy_distance(GroupTerms const& a, GroupTerms const& b, EnergyForm const& form) {
  if (form.metric != PointMetric::sqeuclidean)
    throw InternalError("an energy distance of pairs was asked for from terms alone");
  if (std::isnan(a.self) || std::isnan(b.self)) return none;
  double const apart = 2 * squared_distance(a.mean, b.mean);
  if (!form.corrected) return form.scale * apart;
  return form.scale * (apart - 2 * a.variance / static_cast<double>(a.cells) -
                       2 * b.variance / static_cast<double>(b.cells));
}

double energy_distance(Points const& a, Points const& b, GroupTerms const& terms_a,
                       GroupTerms const& terms_b, EnergyForm const& form) {
  if (form.metric == PointMetric::sqeuclidean) return energy_distance(terms_a, terms_b, form);
  if (std::isnan(terms_a.self) || std::isnan(terms_b.self)) return none;
  return form.scale *
         (2 * mean_distance(a, b, form.metric, form.gamma) - terms_a.self - terms_b.self);
}

double energy_to_controls(Points const& a, std::vector<Matrix> const& controls,
                          EnergyForm const& form, std::optional<std::size_t> own) {
  if (controls.empty()) throw InternalError("energy_to_controls: there is no control");
  Eigen::Index cells = 0;
  double within = 0;
  for (auto const& control : controls) {
    cells += control.rows();
    within += group_terms(control, form).self;
  }
  Matrix pooled(cells, a.cols());
  Eigen::Index at = 0;
  for (auto const& control : controls) {
    pooled.middleRows(at, control.rows()) = control;
    at += control.rows();
  }
  auto const n = static_cast<double>(a.rows());
  double const across =
      mean_distance(a, pooled, form.metric, form.gamma) * (own && form.corrected ? n / (n - 1) : 1);
  return form.scale *
         (2 * across - group_terms(a, form).self - within / static_cast<double>(controls.size()));
}

}  // namespace pertscale
