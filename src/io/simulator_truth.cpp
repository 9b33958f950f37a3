#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "core/error.hpp"
#include "core/random.hpp"
#include "io/simulator.hpp"

namespace pertscale {

namespace {

constexpr double spread_of_means = 1.8;     // sd of b over genes, natural log
constexpr double spread_of_contexts = 0.5;  // sd of b between contexts, natural log
constexpr double shift_size = 0.2;          // sd of s over genes, natural log
constexpr double response_size = 0.22;      // sd of e . R of a gene of median sensitivity
constexpr double interacting = 0.3;         // fraction of doubles with an interaction

RandomStream stream(SimulationOptions const& options, std::string const& name) {
  return {static_cast<std::uint64_t>(options.seed), "simulate/" + name};
}

FloatMatrix normals(RandomStream random, std::int64_t rows, std::int64_t columns) {
  FloatMatrix out(rows, columns);
  for (Eigen::Index i = 0; i < out.size(); ++i) out.data()[i] = static_cast<float>(random.normal());
  return out;
}

std::vector<std::string> numbered(char letter, std::int64_t count, int digits) {
  std::vector<std::string> out;
  for (std::int64_t i = 1; i <= count; ++i)
    out.push_back(fmt::format("{}{:0{}}", letter, i, digits));
  return out;
}

void make_genes(SimulationTruth& truth) {
  auto const& options = truth.options;
  auto const digits = std::max<std::size_t>(5, std::to_string(options.genes).size());
  truth.genes = numbered('G', options.genes, static_cast<int>(digits));
  truth.contexts = numbered('C', options.contexts, 1);
  // small gene sets stand for the better expressed genes of a screen
  double const middle =
      std::log(std::min(1.0, 0.06 * std::sqrt(8000.0 / static_cast<double>(options.genes))));
  truth.log_mean.resize(options.contexts, options.genes);
  auto base = stream(options, "base");
  for (Eigen::Index g = 0; g < options.genes; ++g) {
    double const common = middle + spread_of_means * base.normal();
    truth.log_mean.col(g).setConstant(std::min(common, std::log(300.0)));
    truth.shape.push_back(std::clamp(std::exp(1.1 + 0.5 * base.normal()), 0.5, 50.0));
    truth.knock_down.push_back(1 + 1.5 * base.uniform());
  }
  if (options.contexts == 1) return;
  for (Eigen::Index c = 0; c < options.contexts; ++c) {
    auto random = stream(options, fmt::format("base/{}", c));
    for (Eigen::Index g = 0; g < options.genes; ++g)
      truth.log_mean(c, g) += spread_of_contexts * random.normal();
  }
}

/// One module for most genes, up to three.
void make_modules(SimulationTruth& truth) {
  auto random = stream(truth.options, "modules");
  auto const wanted = std::lround(2 * std::sqrt(static_cast<double>(truth.options.genes)));
  truth.module_count = static_cast<std::int32_t>(std::clamp<long>(wanted, 2, 200));
  for (std::int64_t g = 0; g < truth.options.genes; ++g) {
    double const u = random.uniform();
    std::set<std::int32_t> chosen;
    for (int k = 0; k < (u < 0.6 ? 1 : u < 0.9 ? 2 : 3); ++k)
      chosen.insert(
          static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(truth.module_count))));
    truth.modules.emplace_back(chosen.begin(), chosen.end());
  }
}

/// 0.8 of what a gene's modules have in common plus 0.6 of its own: unit variance (genes x 16).
FloatMatrix by_modules(SimulationTruth const& truth, std::string const& name) {
  auto const centres =
      normals(stream(truth.options, name + "/modules"), truth.module_count, truth.dimensions);
  FloatMatrix out =
      0.6F * normals(stream(truth.options, name), truth.options.genes, truth.dimensions);
  for (Eigen::Index g = 0; g < out.rows(); ++g) {
    auto const& modules = truth.modules[static_cast<std::size_t>(g)];
    float const weight = 0.8F / std::sqrt(static_cast<float>(modules.size()));
    for (auto const module : modules) out.row(g) += weight * centres.row(module);
  }
  return out;
}

/// Part of a context: correlated with what all contexts have in common.
FloatMatrix mixed(FloatMatrix const& common, FloatMatrix const& own) {
  auto const weight = static_cast<float>(SimulationTruth::shared);
  return weight * common + std::sqrt(1 - weight * weight) * own;
}

void make_responses(SimulationTruth& truth) {
  auto const& options = truth.options;
  truth.embedding = by_modules(truth, "embedding");
  FloatMatrix const common = by_modules(truth, "response");
  FloatMatrix const common_shift = normals(stream(options, "shift"), 1, options.genes);
  auto random = stream(options, "sensitivity");
  Eigen::VectorXf sensitivity(options.genes);
  for (auto& value : sensitivity)
    value = static_cast<float>(response_size / 4 * std::exp(0.7 * random.normal()));
  truth.shift.resize(options.contexts, options.genes);
  for (Eigen::Index c = 0; c < options.contexts; ++c) {
    bool const only = options.contexts == 1;
    FloatMatrix const response =
        only ? common : mixed(common, by_modules(truth, fmt::format("response/{}", c)));
    truth.response.emplace_back((sensitivity.asDiagonal() * response).transpose());
    FloatMatrix const own = normals(stream(options, fmt::format("shift/{}", c)), 1, options.genes);
    truth.shift.row(c) =
        static_cast<float>(shift_size) * (only ? common_shift : mixed(common_shift, own));
  }
}

/// Targets come from the better expressed half of the genes (or more, where that is too few), so
/// that knocking one down shows.
std::vector<std::int32_t> choose_targets(SimulationTruth const& truth) {
  auto const& options = truth.options;
  std::vector<std::int32_t> order(static_cast<std::size_t>(options.genes));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    return truth.log_mean(0, a) > truth.log_mean(0, b);
  });
  auto const pool = std::max(options.perturbations, options.genes / 2);
  auto const shuffled = stream(options, "targets").permutation(static_cast<std::size_t>(pool));
  std::vector<std::int32_t> targets;
  for (std::int64_t i = 0; i < options.perturbations; ++i)
    targets.push_back(order[shuffled[static_cast<std::size_t>(i)]]);
  std::sort(targets.begin(), targets.end());
  return targets;
}

/// `count` different pairs out of n(n-1)/2 (Floyd's sampling), ascending.
std::set<std::int64_t> choose_pairs(RandomStream random, std::int64_t n, std::int64_t count) {
  std::set<std::int64_t> chosen;
  std::int64_t const pairs = n * (n - 1) / 2;
  for (std::int64_t j = pairs - count; j < pairs; ++j) {
    auto const t = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(j) + 1));
    if (!chosen.insert(t).second) chosen.insert(j);
  }
  return chosen;
}

/// Pair number k of (1,0), (2,0), (2,1), (3,0) ...
std::pair<std::int64_t, std::int64_t> unrank_pair(std::int64_t k) {
  auto high = static_cast<std::int64_t>((1 + std::sqrt(1 + 8 * static_cast<double>(k))) / 2);
  while (high * (high - 1) / 2 > k) --high;
  while ((high + 1) * high / 2 <= k) ++high;
  return {k - high * (high - 1) / 2, high};
}

/// Size of the interaction of each double; 0 but for three in ten of them.
std::vector<double> choose_interactions(SimulationOptions const& options) {
  auto random = stream(options, "interaction");
  std::vector<double> sizes(static_cast<std::size_t>(options.doubles), 0.0);
  auto const order = random.permutation(sizes.size());
  auto const count = std::llround(interacting * static_cast<double>(options.doubles));
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    double const sign = random.uniform() < 0.5 ? -1 : 1;
    sizes[order[i]] = sign * (0.5 + random.uniform());
  }
  return sizes;
}

void make_conditions(SimulationTruth& truth) {
  auto const& options = truth.options;
  auto const targets = choose_targets(truth);
  auto const name = [&](std::int32_t gene) { return truth.genes[static_cast<std::size_t>(gene)]; };
  truth.conditions.push_back({"control", -1, -1, 0});
  for (auto const target : targets) truth.conditions.push_back({name(target), target, -1, 0});
  auto const sizes = choose_interactions(options);
  auto size = sizes.begin();
  for (auto const k :
       choose_pairs(stream(options, "doubles"), options.perturbations, options.doubles)) {
    auto const [low, high] = unrank_pair(k);
    auto const a = targets[static_cast<std::size_t>(low)];
    auto const b = targets[static_cast<std::size_t>(high)];
    truth.conditions.push_back({name(a) + "+" + name(b), a, b, *size++});
  }
}

void require(Mistakes& mistakes, bool holds, std::string sentence) {
  if (!holds) mistakes.add(std::move(sentence));
}

void require_range(Mistakes& mistakes, char const* name, std::int64_t value, std::int64_t least,
                   std::int64_t most) {
  require(mistakes, value >= least && value <= most,
          fmt::format("--{} {} is out of range; write a whole number from {} to {}", name, value,
                      least, most));
}

}  // namespace

void check_simulation(SimulationOptions const& options) {
  Mistakes mistakes;
  require_range(mistakes, "cells", options.cells, 1, 1'000'000'000);
  require_range(mistakes, "genes", options.genes, 2, 1'000'000);
  require_range(mistakes, "perturbations", options.perturbations, 1, 1'000'000);
  require_range(mistakes, "contexts", options.contexts, 1, 1000);
  require_range(mistakes, "doubles", options.doubles, 0, 100'000'000);
  require_range(mistakes, "seed", options.seed, 0, std::numeric_limits<std::int64_t>::max());
  mistakes.raise();
  std::int64_t const p = options.perturbations;
  require(
      mistakes, p <= options.genes,
      fmt::format("--perturbations {} is more than --genes {}: each perturbation targets a gene "
                  "of its own; ask for fewer perturbations or more genes",
                  p, options.genes));
  require(mistakes, options.doubles <= p * (p - 1) / 2,
          fmt::format("--doubles {} is more than the {} pairs of {} perturbations; ask for fewer",
                      options.doubles, p * (p - 1) / 2, p));
  std::int64_t const needed = (options.conditions() + 1) * options.contexts;
  require(
      mistakes, options.cells >= needed,
      fmt::format("--cells {} is too few: {} conditions in {} context{} need at least {} (one a "
                  "condition, two of control, in each context)",
                  options.cells, options.conditions(), options.contexts,
                  options.contexts == 1 ? "" : "s", needed));
  mistakes.raise();
}

SimulationTruth make_truth(SimulationOptions const& options) {
  check_simulation(options);
  SimulationTruth truth;
  truth.options = options;
  make_genes(truth);
  make_modules(truth);
  make_responses(truth);
  make_conditions(truth);
  return truth;
}

}  // namespace pertscale
