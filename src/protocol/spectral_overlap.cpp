#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.hpp"
#include "core/numpy_random.hpp"
#include "core/sums.hpp"
#include "protocol/spectral_graph.hpp"
#include "protocol/split_builder.hpp"

namespace pertscale {
namespace {

/// Splits in which train and test are ever less alike (see spectral_graph.hpp), a fifth of the
/// conditions kept is tested. That program compares log2 (mean raw count + 1); here the profiles
/// are compared, on log2 scale: with x the mean of log1p values, |x_i - x_j| / ln 2, or the
/// Euclidean distance of latent coordinates. Of several contexts the mean square distance over
/// those where both conditions were measured counts.
class SpectralOverlap final : public Protocol {
 public:
  void declare(OptionList& options) override {
    options.add("seeds", seeds_, "seeds of the draws, one series of splits each");
    options
        .add("step", step_, "step of the sparsification parameter s, from 0 (a plain random split)")
        .at_least(0.01)
        .at_most(1);
    options
        .add("to", to_,
             "largest s; where a set of five conditions or fewer is left there is no split")
        .at_least(0)
        .at_most(1);
  }

  std::vector<PerturbationSplit> splits(Labels const&, ScreenNaming const&) const override {
    throw InternalError("spectral-overlap was asked for splits without profiles");
  }

  std::vector<PerturbationSplit> splits_by_profiles(
      Labels const& labels, ScreenNaming const& naming,
      ProtocolProfiles const& profiles) const override {
    auto const conditions = perturbed_conditions(labels);
    if (conditions.size() <= fewest)
      throw UserError(
          fmt::format("dataset '{}' holds too few perturbations for spectral-overlap: {}, and more "
                      "than {} must "
                      "be left; use cross-validation, or a larger screen",
                      naming.dataset, conditions.size(), fewest));
    SpectralGraph const graph(conditions.size(), similarities(labels, conditions, profiles));
    std::vector<PerturbationSplit> out;
    for (auto const seed : seeds_)
      for (double const s : parameters()) {
        auto const kept = graph.independent_set(s, seed);
        auto const name = fmt::format("{}.s{:.2f}", seed, s);
        if (kept.size() > fewest)
          out.push_back(split_of(labels, conditions, graph, kept, seed, name, s));
        else
          profiles.note(fmt::format("spectral-overlap {}: {} of {} conditions are left, no split",
                                    name, kept.size(), conditions.size()));
      }
    if (out.empty())
      throw UserError(fmt::format(
          "spectral-overlap to={} leaves no split of dataset '{}' with more than {} conditions; "
          "start from s = 0 by a larger screen",
          to_, naming.dataset, fewest));
    return out;
  }

 private:
  static constexpr std::size_t fewest = 5;

  /// 0, step, ... of two decimals, as that program names them.
  std::vector<double> parameters() const {
    std::vector<double> out;
    for (int i = 0;; ++i) {
      double const s = std::round(i * step_ * 100) / 100;
      if (s > to_ + 1e-9) return out;
      out.push_back(s);
    }
  }

  static double similarity(Labels const& labels, std::size_t a, std::size_t b,
                           ProtocolProfiles const& profiles) {
    double squares = 0, contexts = 0;
    for (std::size_t c = 0; c < labels.contexts().size(); ++c) {
      auto const row_a = labels.row(a, c), row_b = labels.row(b, c);
      if (!row_a || !row_b) continue;
      auto const x = profiles.mean.row(*row_a), y = profiles.mean.row(*row_b);
      squares +=
          ordered_sum(x.size(), [&](std::size_t g) { return (x[g] - y[g]) * (x[g] - y[g]); });
      contexts += 1;
    }
    double const scale = profiles.values == ValueKind::latent ? 1 : std::numbers::ln2;
    return -std::sqrt(squares / contexts) / scale;  // NaN where never measured together: no edge
  }

  static std::vector<double> similarities(Labels const& labels,
                                          std::vector<std::size_t> const& conditions,
                                          ProtocolProfiles const& profiles) {
    std::vector<double> out;
    for (std::size_t i = 0; i < conditions.size(); ++i)
      for (std::size_t j = i + 1; j < conditions.size(); ++j)
        out.push_back(similarity(labels, conditions[i], conditions[j], profiles));
    return out;
  }

  static PerturbationSplit split_of(Labels const& labels,
                                    std::vector<std::size_t> const& conditions,
                                    SpectralGraph const& graph,
                                    std::vector<std::size_t> const& kept, std::int64_t seed,
                                    std::string const& name, double s) {
    auto const order = NumpyRandom(static_cast<std::uint32_t>(seed)).permutation(kept.size());
    auto const n_test = static_cast<std::size_t>(std::ceil(0.2 * static_cast<double>(kept.size())));
    ConditionSplit split;
    std::vector<std::size_t> train, test;
    for (std::size_t i = 0; i < order.size(); ++i)
      (i < n_test ? test : train).push_back(kept[order[i]]);
    for (auto const node : train) split.train.push_back(conditions[node]);
    for (auto const node : test) split.test.push_back(conditions[node]);
    split.groups = order_labels(labels);
    auto out = over_contexts(labels, split, name);
    out.facts = {{"s", s},
                 {"train", static_cast<double>(train.size())},
                 {"test", static_cast<double>(test.size())},
                 {"overlap", graph.overlap(test, train)}};
    return out;
  }

  Seeds seeds_{42, 44, 46};
  double step_ = 0.1, to_ = 0.7;
};

Registered<Protocol> const registered{{
    .name = "spectral-overlap",
    .summary = "splits whose train and test conditions are ever less alike (expression is read)",
    .source = "PertEval-scFM: Wenteler et al., ICML 2025; SPECTRA: Ektefaie et al. 2024",
    .traits = {.needs_profiles = true},
    .make = [] { return std::make_unique<SpectralOverlap>(); },
}};

}  // namespace
}  // namespace pertscale
