#include "statistics/energy_distance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/sums.hpp"

namespace pertscale {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr Eigen::Index tile = 256;

double squared_distance(Vector const& a, Vector const& b) {
  return ordered_sum(static_cast<std::size_t>(a.size()), [&](std::size_t k) {
    auto const i = static_cast<Eigen::Index>(k);
    return (a[i] - b[i]) * (a[i] - b[i]);
  });
}

Vector mean_of(Points const& points) {
  Vector sum = Vector::Zero(points.cols());
  for (Eigen::Index i = 0; i < points.rows(); ++i) sum += points.row(i).transpose();
  return sum / static_cast<double>(points.rows());
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

/// Some cells about a centre, and their squared norms.
struct Panel {
  Matrix points;
  Vector norms;

  Panel(Points const& all, Eigen::Index first, Vector const& centre)
      : points(all.middleRows(first, std::min(tile, all.rows() - first)).rowwise() -
               centre.transpose()),
        norms(points.rows()) {
    for (Eigen::Index i = 0; i < points.rows(); ++i) {
      double const* const x = points.row(i).data();
      norms[i] = ordered_sum(static_cast<std::size_t>(points.cols()),
                             [&](std::size_t k) { return x[k] * x[k]; });
    }
  }
};

/// Sum of the Euclidean distances of two panels; `above` leaves out all pairs but those of row i
/// and column j > i.
double panel_sum(Panel const& a, Panel const& b, bool above, Matrix& product) {
  product.noalias() = a.points * b.points.transpose();
  double sum = 0;
  for (Eigen::Index i = 0; i < product.rows(); ++i) {
    double const norm = a.norms[i];
    double const* const dot = product.row(i).data();
    auto const from = static_cast<std::size_t>(above ? i + 1 : 0);
    sum += ordered_sum(static_cast<std::size_t>(product.cols()) - from, [&](std::size_t k) {
      std::size_t const j = from + k;
      double const d = norm + b.norms[static_cast<Eigen::Index>(j)] - 2 * dot[j];
      return std::sqrt(d > 0 ? d : 0);  // rounding may bring equal cells below zero
    });
  }
  return sum;
}

double euclidean_sum(Points const& a, Points const& b) {
  Vector const centre = mean_of(a);
  Matrix product;
  double sum = 0;
  for (Eigen::Index i = 0; i < a.rows(); i += tile) {
    Panel const left(a, i, centre);
    for (Eigen::Index j = 0; j < b.rows(); j += tile)
      sum += panel_sum(left, Panel(b, j, centre), false, product);
  }
  return sum;
}

/// Over unordered pairs of different cells.
double euclidean_sum_within(Points const& a) {
  Vector const centre = mean_of(a);
  Matrix product;
  double sum = 0;
  for (Eigen::Index i = 0; i < a.rows(); i += tile) {
    Panel const left(a, i, centre);
    sum += panel_sum(left, left, true, product);
    for (Eigen::Index j = i + tile; j < a.rows(); j += tile)
      sum += panel_sum(left, Panel(a, j, centre), false, product);
  }
  return sum;
}

}  // namespace

std::string EnergyForm::name() const {
  return std::string(metric == PointMetric::sqeuclidean ? "sqeuclidean" : "euclidean") +
         (corrected ? "-corrected" : "");
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

double mean_distance(Points const& a, Points const& b, PointMetric metric) {
  if (a.rows() == 0 || b.rows() == 0) return none;
  if (metric == PointMetric::euclidean)
    return euclidean_sum(a, b) / static_cast<double>(a.rows()) / static_cast<double>(b.rows());
  Vector const mean_a = mean_of(a), mean_b = mean_of(b);
  return squared_distance(mean_a, mean_b) + scatter(a, mean_a) / static_cast<double>(a.rows()) +
         scatter(b, mean_b) / static_cast<double>(b.rows());
}

double mean_distance_within(Points const& a, PointMetric metric) {
  if (a.rows() == 0) return none;
  auto const n = static_cast<double>(a.rows());
  if (metric == PointMetric::euclidean) return 2 * euclidean_sum_within(a) / n / n;
  return 2 * scatter(a, mean_of(a)) / n;
}

GroupTerms group_terms(Points const& points, EnergyForm const& form) {
  GroupTerms out;
  out.cells = points.rows();
  auto const n = static_cast<double>(points.rows());
  out.mean = points.rows() > 0 ? mean_of(points) : Vector::Constant(points.cols(), none);
  out.variance = points.rows() > 1 ? scatter(points, out.mean) / (n - 1) : none;
  if (points.rows() == 0 || (form.corrected && points.rows() == 1))
    out.self = none;
  else if (form.metric == PointMetric::sqeuclidean)
    out.self = points.rows() == 1 ? 0 : 2 * out.variance * (form.corrected ? 1 : (n - 1) / n);
  else
    out.self = mean_distance_within(points, form.metric) * (form.corrected ? n / (n - 1) : 1);
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
  return form.scale * (2 * mean_distance(a, b, form.metric) - terms_a.self - terms_b.self);
}

}  // namespace pertscale
