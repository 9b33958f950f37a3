#include "statistics/systematic_variation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.hpp"
#include "core/sums.hpp"

namespace pertscale {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

double squared_norm(Profile values) {
  return ordered_sum(values.size(), [&](std::size_t g) { return values[g] * values[g]; });
}

Vector difference(Profile a, Profile b) {
  Vector out(static_cast<Eigen::Index>(a.size()));
  for (std::size_t g = 0; g < a.size(); ++g) out[static_cast<Eigen::Index>(g)] = a[g] - b[g];
  return out;
}

Profile profile_of(Vector const& values) {
  return {values.data(), static_cast<std::size_t>(values.size())};
}

}  // namespace

MeanSpread mean_spread(std::span<double const> values) {
  std::vector<double> known;
  std::copy_if(values.begin(), values.end(), std::back_inserter(known),
               [](double value) { return !std::isnan(value); });
  MeanSpread out{static_cast<std::int64_t>(known.size()), none, none, none};
  auto const n = static_cast<double>(known.size());
  if (known.empty()) return out;
  out.mean = ordered_sum(known) / n;
  if (known.size() < 2) return out;
  double const squares = ordered_sum(
      known.size(), [&](std::size_t i) { return (known[i] - out.mean) * (known[i] - out.mean); });
  out.sd = std::sqrt(squares / (n - 1));
  out.sem = out.sd / std::sqrt(n);
  return out;
}

Vector mean_profile(std::span<Profile const> profiles, std::span<double const> weights) {
  if (profiles.empty()) throw InternalError("mean_profile: no profile");
  Vector sum = Vector::Zero(static_cast<Eigen::Index>(profiles.front().size()));
  double total = 0;
  for (std::size_t p = 0; p < profiles.size(); ++p) {
    double const weight = weights.empty() ? 1 : weights[p];
    for (std::size_t g = 0; g < profiles[p].size(); ++g)
      sum[static_cast<Eigen::Index>(g)] += weight * profiles[p][g];
    total += weight;
  }
  return sum / total;
}

ShiftSimilarity shift_similarity(std::span<Profile const> centroids, Profile reference,
                                 Profile average_shift) {
  ShiftSimilarity out;
  double const average_norm = std::sqrt(squared_norm(average_shift));
  for (auto const& centroid : centroids) {
    Vector const shift = difference(centroid, reference);
    auto const values = profile_of(shift);
    double const norm = std::sqrt(squared_norm(values));
    double const dot =
        ordered_sum(values.size(), [&](std::size_t g) { return values[g] * average_shift[g]; });
    out.norm.push_back(norm);
    out.cosine.push_back(norm > 0 && average_norm > 0 ? dot / (norm * average_norm) : none);
  }
  out.systematic = mean_spread(out.cosine);
  return out;
}

MeanSpread systematic_without(ShiftSimilarity const& shifts, std::size_t dropped, bool strongest) {
  std::vector<std::size_t> order(shifts.norm.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return strongest ? shifts.norm[a] < shifts.norm[b] : shifts.norm[a] > shifts.norm[b];
  });
  order.resize(order.size() - std::min(dropped, order.size()));
  std::sort(order.begin(), order.end());
  std::vector<double> kept;
  for (auto const p : order) kept.push_back(shifts.cosine[p]);
  return mean_spread(kept);
}

Matrix unit_shifts(std::span<Profile const> centroids, Profile reference) {
  Matrix out(static_cast<Eigen::Index>(centroids.size()),
             static_cast<Eigen::Index>(reference.size()));
  for (std::size_t p = 0; p < centroids.size(); ++p) {
    Vector shift = difference(centroids[p], reference);
    double const norm = std::sqrt(squared_norm(profile_of(shift)));
    if (norm > 0) shift /= norm;
    out.row(static_cast<Eigen::Index>(p)) = shift.transpose();
  }
  return out;
}

}  // namespace pertscale
