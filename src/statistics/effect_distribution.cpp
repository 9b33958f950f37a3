#include "statistics/effect_distribution.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/sums.hpp"

namespace pertscale {

namespace {

struct Effect {
  double squared, variance;
};

std::vector<Effect> usable(std::span<double const> effects, std::span<double const> errors) {
  std::vector<Effect> out;
  for (std::size_t g = 0; g < effects.size(); ++g)
    if (std::isfinite(effects[g]) && std::isfinite(errors[g]) && errors[g] > 0)
      out.push_back({effects[g] * effects[g], errors[g] * errors[g]});
  return out;
}

/// Variances of the components.
std::vector<double> grid(std::vector<Effect> const& effects) {
  std::vector<double> variances;
  double largest = 0;
  for (auto const& effect : effects) {
    variances.push_back(effect.variance);
    largest = std::max(largest, effect.squared - effect.variance);
  }
  auto const middle = variances.begin() + static_cast<std::ptrdiff_t>(variances.size() / 2);
  std::nth_element(variances.begin(), middle, variances.end());
  double const first = *middle / 100;
  double const last = largest > 0 ? std::max(4 * largest, first) : 64 * first;
  std::vector<double> out{0};
  for (double variance = first; out.size() < 200; variance *= 2) {
    out.push_back(variance);
    if (variance >= last) break;
  }
  return out;
}

using Weights = std::vector<double>;

/// Likelihoods of known components, and the EM step for their weights.
class Mixture {
 public:
  Mixture(std::vector<Effect> const& effects, std::vector<double> const& variances)
      : genes_(effects.size()),
        components_(variances.size()),
        likelihood_(genes_ * components_),
        sums_(genes_) {
    for (std::size_t g = 0; g < genes_; ++g) fill(effects[g], variances, g);
  }

  struct Step {
    Weights weight;         ///< after the step
    double log_likelihood;  ///< mean over genes, under the weights before it
  };

  Step step(Weights const& weight) {
    std::vector<double> share(components_, 0);
    for (std::size_t g = 0; g < genes_; ++g) {
      double const* const row = likelihood_.data() + g * components_;
      double const sum =
          ordered_sum(components_, [&](std::size_t k) { return weight[k] * row[k]; });
      sums_[g] = sum;
      double const scale = 1 / sum;
      for (std::size_t k = 0; k < components_; ++k) share[k] += row[k] * scale;
    }
    for (std::size_t k = 0; k < components_; ++k) share[k] *= weight[k];
    // a logarithm of four at once: each is at least the weight of its gene's best component
    double const log_likelihood = ordered_sum((genes_ + 3) / 4, [&](std::size_t four) {
      double product = 1;
      for (std::size_t g = 4 * four; g < std::min(4 * four + 4, genes_); ++g) product *= sums_[g];
      return std::log(product);
    });
    return {normalised(std::move(share)), log_likelihood / static_cast<double>(genes_)};
  }

  static Weights normalised(Weights weight) {
    double const total = ordered_sum(weight);
    for (double& w : weight) w /= total;
    return weight;
  }

 private:
  /// Likelihoods of a gene over the largest of them, so that none vanishes for all components.
  void fill(Effect const& effect, std::vector<double> const& variances, std::size_t gene) {
    double* const row = likelihood_.data() + gene * components_;
    for (std::size_t k = 0; k < components_; ++k) {
      double const v = effect.variance + variances[k];
      row[k] = -0.5 * (std::log(v) + effect.squared / v);
    }
    double const top = *std::max_element(row, row + components_);
    for (std::size_t k = 0; k < components_; ++k) row[k] = std::exp(row[k] - top);
  }

  std::size_t genes_, components_;
  std::vector<double> likelihood_;  ///< genes x components
  std::vector<double> sums_;        ///< likelihood of each gene
};

/// Extrapolation from two EM steps (SQUAREM, scheme S3 of Varadhan and Roland 2008); weights that
/// leave the simplex come back to its edge, from where EM may still raise them.
Weights extrapolated(Weights const& start, Weights const& once, Weights const& twice) {
  auto const squares = [&](auto&& f) { return std::sqrt(ordered_sum(start.size(), f)); };
  auto const first = [&](std::size_t k) { return once[k] - start[k]; };
  auto const second = [&](std::size_t k) { return twice[k] - once[k] - first(k); };
  double const r = squares([&](std::size_t k) { return first(k) * first(k); });
  double const v = squares([&](std::size_t k) { return second(k) * second(k); });
  if (!(v > 0) || r <= v) return twice;
  double const a = r / v;
  Weights out(start.size());
  for (std::size_t k = 0; k < out.size(); ++k)
    out[k] = std::max(start[k] + 2 * a * first(k) + a * a * second(k), 1e-3 * twice[k]);
  return Mixture::normalised(std::move(out));
}

/// Accelerated EM from equal weights; a leap that lowers the likelihood is not taken.
Weights fitted(Mixture& mixture, std::size_t components, EffectDistributionOptions const& options,
               int& steps) {
  Weights weight(components, 1 / static_cast<double>(components));
  for (steps = 0; steps < options.iterations;) {
    auto const once = mixture.step(weight);
    auto const twice = mixture.step(once.weight);
    auto leap = mixture.step(extrapolated(weight, once.weight, twice.weight));
    steps += 3;
    if (leap.log_likelihood < twice.log_likelihood) leap = {twice.weight, twice.log_likelihood};
    weight = leap.weight;
    if (leap.log_likelihood - once.log_likelihood < options.tolerance) break;
  }
  return weight;
}

}  // namespace

EffectDistribution effect_distribution(std::span<double const> effects,
                                       std::span<double const> errors,
                                       EffectDistributionOptions const& options) {
  EffectDistribution out;
  auto const used = usable(effects, errors);
  out.genes = static_cast<std::int64_t>(used.size());
  if (used.size() < 10) {
    out.status = Status("too_few_genes");
    return out;
  }
  auto const variances = grid(used);
  Mixture mixture(used, variances);
  out.weight = fitted(mixture, variances.size(), options, out.iterations);
  for (double const variance : variances) out.sigma.push_back(std::sqrt(variance));
  out.impact =
      ordered_sum(variances.size(), [&](std::size_t k) { return out.weight[k] * variances[k]; });
  double const fourth = ordered_sum(
      variances.size(), [&](std::size_t k) { return out.weight[k] * variances[k] * variances[k]; });
  out.effective_genes =
      fourth > 0 ? static_cast<double>(out.genes) * out.impact * out.impact / fourth : 0;
  return out;
}

}  // namespace pertscale
