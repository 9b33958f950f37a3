#include <algorithm>
#include <limits>

#include "statistics/systematic_variation.hpp"
#include "suite/landscape_parts.hpp"

namespace pertscale {

namespace {

Profile profile_of(Vector const& values) {
  return {values.data(), static_cast<std::size_t>(values.size())};
}

/// Mean of the pairwise cosines of the shifts that are not zero, from the sum of the unit shifts:
/// |sum u|^2 = n + 2 sum over pairs.
double mean_pairwise_cosine(std::span<Profile const> centroids, Profile reference) {
  Vector sum = Vector::Zero(static_cast<Eigen::Index>(reference.size()));
  double n = 0;
  for (auto const& centroid : centroids) {
    Matrix const unit = unit_shifts({&centroid, 1}, reference);
    if ((unit.array() == 0).all()) continue;
    sum += unit.row(0).transpose();
    n += 1;
  }
  double squared = 0;
  for (double const value : sum) squared += value * value;
  return n > 1 ? (squared - n) / (n * (n - 1)) : std::numeric_limits<double>::quiet_NaN();
}

void summarise_shifts(Landscape& landscape, ContextRows const& context,
                      ShiftSimilarity const& shifts, std::string const& suffix) {
  auto const add = [&](std::string const& quantity, double value) {
    landscape.summarise(context, quantity + suffix, value);
  };
  add("systematic_variation", shifts.systematic.mean);
  add("systematic_variation_sd", shifts.systematic.sd);
  add("systematic_variation_sem", shifts.systematic.sem);
  add("systematic_variation_without_10_strongest", systematic_without(shifts, 10, true).mean);
  add("systematic_variation_without_10_weakest", systematic_without(shifts, 10, false).mean);
  auto const norm = mean_spread(shifts.norm);
  add("shift_norm_mean", norm.mean);
  add("shift_norm_sd", norm.sd);
}

void add_context(Landscape& landscape, ContextRows const& context) {
  auto const& screen = landscape.screen;
  std::vector<Profile> centroids;
  for (auto const row : context.perturbed) centroids.push_back(screen.profile(row));
  auto const control = screen.profile(context.control);
  Vector const mean = mean_profile(centroids);
  Vector const average = mean - Eigen::Map<Vector const>(control.data(), mean.size());
  auto const shifts = shift_similarity(centroids, control, profile_of(average));
  for (std::size_t p = 0; p < centroids.size(); ++p) {
    auto const row = context.perturbed[p];
    if (!landscape.mine(row)) continue;
    landscape.table.put(row, LandscapeColumn::shift_norm, shifts.norm[p]);
    bool const zero = shifts.cosine[p] != shifts.cosine[p];
    landscape.table.put(row, LandscapeColumn::cosine_mean_shift, shifts.cosine[p],
                        zero ? Status("constant") : Status());
  }
  summarise_shifts(landscape, context, shifts, "");
  landscape.summarise(context, "pairwise_cosine_mean", mean_pairwise_cosine(centroids, control));
  std::string const suffix = "_perturbed_reference";
  summarise_shifts(landscape, context,
                   shift_similarity(centroids, profile_of(mean), profile_of(average)), suffix);
  landscape.summarise(context, "pairwise_cosine_mean" + suffix,
                      mean_pairwise_cosine(centroids, profile_of(mean)));
}

}  // namespace

void landscape_shifts(Landscape& landscape) {
  for (auto const& context : landscape.contexts)
    if (!context.perturbed.empty()) add_context(landscape, context);
}

}  // namespace pertscale
