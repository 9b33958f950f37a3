#include "statistics/summary.hpp"

#include <algorithm>
#include <cmath>

#include "core/random.hpp"
#include "core/sums.hpp"

namespace pertscale {

Bootstrap::Bootstrap(std::size_t units, int resamples, std::string const& name)
    : units_(units), resamples_(resamples) {
  weights_.assign(units * static_cast<std::size_t>(resamples), 0);
  RandomStream random(0, "bootstrap/" + name);
  for (std::size_t b = 0; b < static_cast<std::size_t>(resamples) && units > 0; ++b)
    for (std::size_t draw = 0; draw < units; ++draw) ++weights_[b * units + random.below(units)];
}

namespace {

/// numpy.quantile's default (Hyndman and Fan 7) of sorted values.
double quantile(std::vector<double> const& sorted, double q) {
  double const at = q * static_cast<double>(sorted.size() - 1);
  auto const below = static_cast<std::size_t>(at);
  std::size_t const above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (at - static_cast<double>(below));
}

}  // namespace

void Bootstrap::interval(std::vector<SummaryValue> const& values, double& low, double& high) const {
  std::vector<double> sum(units_, 0), count(units_, 0);
  for (auto const& [unit, value] : values) {
    sum[unit] += value;
    count[unit] += 1;
  }
  std::vector<double> means;
  for (std::size_t b = 0; b < static_cast<std::size_t>(resamples_); ++b) {
    auto const* const weight = weights_.data() + b * units_;
    double const n = ordered_sum(units_, [&](std::size_t u) { return weight[u] * count[u]; });
    if (n > 0)
      means.push_back(ordered_sum(units_, [&](std::size_t u) { return weight[u] * sum[u]; }) / n);
  }
  std::sort(means.begin(), means.end());
  if (units_ < 2) means.clear();  // one perturbation tells nothing of the spread between them
  low = means.empty() ? std::nan("") : quantile(means, 0.025);
  high = means.empty() ? std::nan("") : quantile(means, 0.975);
}

Summary summarise(std::vector<SummaryValue> const& values, std::int64_t missing,
                  Bootstrap const& bootstrap) {
  Summary out;
  out.n = static_cast<std::int64_t>(values.size());
  out.missing = missing;
  if (values.empty()) return out;
  auto const n = static_cast<double>(values.size());
  out.mean = ordered_sum(values.size(), [&](std::size_t i) { return values[i].value; }) / n;
  double const squares = ordered_sum(values.size(), [&](std::size_t i) {
    return (values[i].value - out.mean) * (values[i].value - out.mean);
  });
  out.sd = values.size() > 1 ? std::sqrt(squares / (n - 1)) : std::nan("");
  std::vector<double> sorted;
  for (auto const& value : values) sorted.push_back(value.value);
  std::sort(sorted.begin(), sorted.end());
  out.median = quantile(sorted, 0.5);
  bootstrap.interval(values, out.ci_low, out.ci_high);
  return out;
}

}  // namespace pertscale
