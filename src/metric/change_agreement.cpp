#include "metric/change_agreement.hpp"

#include <array>
#include <cmath>

#include "core/mean.hpp"
#include "metric/correlation.hpp"
#include "statistics/contingency.hpp"

namespace pertscale {

std::vector<std::size_t> top_by_size(Profile change, std::size_t n) {
  std::vector<double> falling(change.size());
  for (std::size_t g = 0; g < change.size(); ++g) falling[g] = -std::fabs(change[g]);
  auto const ranks = average_ranks(falling);
  std::vector<std::size_t> genes;
  for (std::size_t g = 0; g < change.size(); ++g)
    if (ranks[g] <= static_cast<double>(n)) genes.push_back(g);
  return genes;
}

Score top_overlap(Profile observed, Profile predicted, std::size_t n) {
  std::vector<bool> top(observed.size(), false);
  for (auto const g : top_by_size(observed, n)) top[g] = true;
  std::size_t both = 0;
  for (auto const g : top_by_size(predicted, n)) both += top[g] ? 1 : 0;
  return {static_cast<double>(both) / static_cast<double>(n), {}};
}

int rounded_sign(double change) {
  double const rounded = std::nearbyint(change * 100);
  return (rounded > 0) - (rounded < 0);
}

namespace {

/// Number of a sign's class: down 0, none 1, up 2.
std::size_t class_of(double change) { return static_cast<std::size_t>(rounded_sign(change) + 1); }

/// Observed changes by the class of the predicted sign.
std::array<std::vector<double>, 3> by_predicted_class(Profile observed, Profile predicted) {
  std::array<std::vector<double>, 3> classes;
  for (std::size_t g = 0; g < observed.size(); ++g)
    classes[class_of(predicted[g])].push_back(observed[g]);
  return classes;
}

}  // namespace

double direction_pvalue(Profile observed, Profile predicted) {
  std::array<std::array<double, 3>, 3> counts{};
  std::array<bool, 3> row{}, column{};
  for (std::size_t g = 0; g < observed.size(); ++g) {
    auto const r = class_of(observed[g]), c = class_of(predicted[g]);
    ++counts[r][c];
    row[r] = column[c] = true;
  }
  std::vector<std::vector<double>> table;
  for (std::size_t r = 0; r < 3; ++r) {
    if (!row[r]) continue;
    table.emplace_back();
    for (std::size_t c = 0; c < 3; ++c)
      if (column[c]) table.back().push_back(counts[r][c]);
  }
  return chi_square_pvalue(table);
}

Score target_pvalue(Profile observed, Profile predicted) {
  auto const classes = by_predicted_class(observed, predicted);
  std::vector<std::vector<double>> groups;
  for (auto const& group : classes)
    if (!group.empty()) groups.push_back(group);
  if (groups.size() < 2) return {0, Status("one_class")};
  double const p = anova_pvalue(groups);
  return p != p ? Score{0, Status("constant")} : Score{p, {}};
}

Score target_fold_change(Profile observed, Profile predicted) {
  auto const classes = by_predicted_class(observed, predicted);
  auto const &down = classes[0], &none = classes[1], &up = classes[2];
  if (!up.empty() && !down.empty()) return {mean_of(up) - mean_of(down), {}};
  if (!none.empty() && !down.empty()) return {mean_of(none) - mean_of(down), {}};
  if (!none.empty() && !up.empty()) return {mean_of(up) - mean_of(none), {}};
  return {0, Status("one_class")};
}

}  // namespace pertscale
