#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/random.hpp"
#include "io/simulator.hpp"

namespace pertscale {

namespace {

constexpr double noisy_genes = 0.02;  // fraction of genes with noise of one perturbation
constexpr double noise_size = 0.3;    // sd there, natural log

/// A range of genes and the values over it.
struct Strip {
  std::int64_t first;
  std::span<float> values;

  void add(std::int64_t gene, double value) const {
    std::int64_t const at = gene - first;
    if (at >= 0 && at < static_cast<std::int64_t>(values.size()))
      values[static_cast<std::size_t>(at)] += static_cast<float>(value);
  }
};

/// Adds factor . R of a context: `factor` has 16 numbers.
void add_response(FloatMatrix const& response, Eigen::RowVectorXf const& factor,
                  Strip const& strip) {
  for (Eigen::Index d = 0; d < factor.size(); ++d) {
    float const weight = factor[d];
    float const* const row = response.row(d).data() + strip.first;
    for (std::size_t i = 0; i < strip.values.size(); ++i) strip.values[i] += weight * row[i];
  }
}

/// What only this perturbation does: a few genes, found by geometric skips.
void add_noise(RandomStream random, std::int64_t genes, double weight, Strip const& strip) {
  double const scale = 1 / std::log1p(-noisy_genes);
  double at = -1;
  while (true) {
    at += 1 + std::floor(std::log(random.uniform()) * scale);
    if (at >= static_cast<double>(genes)) return;
    strip.add(static_cast<std::int64_t>(at), weight * noise_size * random.normal());
  }
}

void add_single(SimulationTruth const& truth, std::int32_t target, std::size_t context,
                Strip const& strip) {
  auto const c = static_cast<Eigen::Index>(context);
  std::int64_t const genes = truth.options.genes;
  auto const seed = static_cast<std::uint64_t>(truth.options.seed);
  auto const own = static_cast<std::int64_t>(target) - strip.first;
  bool const inside = own >= 0 && own < static_cast<std::int64_t>(strip.values.size());
  float const before = inside ? strip.values[static_cast<std::size_t>(own)] : 0;
  float const* const shift = truth.shift.row(c).data() + strip.first;
  for (std::size_t i = 0; i < strip.values.size(); ++i) strip.values[i] += shift[i];
  add_response(truth.response[context], truth.embedding.row(target), strip);
  bool const only = truth.options.contexts == 1;
  add_noise({seed, fmt::format("simulate/noise/{}", target)}, genes, only ? 1 : truth.shared,
            strip);
  if (!only)
    add_noise({seed, fmt::format("simulate/noise/{}/{}", target, context)}, genes,
              std::sqrt(1 - truth.shared * truth.shared), strip);
  if (inside)
    strip.values[static_cast<std::size_t>(own)] =
        before - static_cast<float>(truth.knock_down[static_cast<std::size_t>(target)]);
}

}  // namespace

void SimulationTruth::log_fold_change(std::size_t condition, std::size_t context,
                                      std::int64_t first, std::span<float> out) const {
  auto const& what = conditions[condition];
  Strip const strip{first, out};
  std::fill(out.begin(), out.end(), 0.0F);
  if (what.first >= 0) add_single(*this, what.first, context, strip);
  if (what.second >= 0) add_single(*this, what.second, context, strip);
  if (what.interaction != 0) {
    Eigen::RowVectorXf const product =
        static_cast<float>(what.interaction) *
        embedding.row(what.first).cwiseProduct(embedding.row(what.second));
    add_response(response[context], product, strip);
  }
}

}  // namespace pertscale
