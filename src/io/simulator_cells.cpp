#include <Random123/philox.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "core/error.hpp"
#include "core/random.hpp"
#include "io/simulator.hpp"

namespace pertscale {

namespace {

constexpr double control_fraction = 0.1;
constexpr double library_spread = 0.35;  // sd of log L
constexpr std::int64_t strip_genes = 256;
constexpr double inversion_limit = 8;  // mean counts above are drawn as gamma-Poisson

/// Finalizer of splitmix64.
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

std::uint64_t seed_for(SimulationTruth const& truth, std::string_view purpose) {
  return mix(static_cast<std::uint64_t>(truth.options.seed) + stream_key(purpose));
}

/// A permutation of 0..n-1 without a table: a Feistel network on the next even number of bits,
/// walked until it lands inside.
std::uint64_t shuffled(std::uint64_t key, std::uint64_t index, std::uint64_t n) {
  auto const half = static_cast<unsigned>((std::bit_width(n - 1) + 1) / 2);
  if (half == 0) return index;
  std::uint64_t const mask = (std::uint64_t{1} << half) - 1;
  do {
    std::uint64_t left = index >> half, right = index & mask;
    for (std::uint64_t round = 0; round < 6; ++round) {
      std::uint64_t const next = left ^ (mix(key + (round << 58) + right) & mask);
      left = right;
      right = next;
    }
    index = (left << half) | right;
  } while (index >= n);
  return index;
}

/// The smallest k whose upper tail P(X > k) is at most u, for X negative binomial with this mean
/// and shape: pmf(k+1) = pmf(k) (k + r) / (k + 1) m / (m + r).
float invert(double u, double mean, double shape) {
  double const log_zero = -shape * std::log1p(mean / shape);
  double tail = -std::expm1(log_zero);  // P(X > 0)
  double mass = std::exp(log_zero);
  double const ratio = mean / (mean + shape);
  double k = 0;
  while (u < tail && k < 1e6) {
    mass *= (k + shape) / (k + 1) * ratio;
    tail -= mass;
    k += 1;
    if (mass < 1e-18 && k > mean) break;
  }
  return static_cast<float>(k);
}

using Words = std::array<std::uint32_t, strip_genes>;

/// Words of genes [start, start + count) of a cell: they depend on the gene and the cell only.
void fill_words(std::uint64_t key, std::int64_t start, std::int64_t cell, std::size_t count,
                Words& words) {
  r123::Philox4x32::key_type const two{
      {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)}};
  auto const unit = static_cast<std::uint64_t>(cell);
  for (std::size_t i = 0; i < count; i += 4) {
    auto const block = static_cast<std::uint32_t>((start + static_cast<std::int64_t>(i)) / 4);
    r123::Philox4x32::ctr_type const counter{
        {block, 0, static_cast<std::uint32_t>(unit), static_cast<std::uint32_t>(unit >> 32)}};
    auto const four = r123::Philox4x32{}(counter, two);
    for (std::size_t k = 0; k < 4; ++k) words[i + k] = four[k];
  }
}

}  // namespace

SimulatedCell simulated_cell(SimulationTruth const& truth, std::int64_t cell) {
  auto const& options = truth.options;
  std::int64_t const pairs = (options.conditions() - 1) * options.contexts;
  auto const wanted = static_cast<std::int64_t>(
      std::llround(control_fraction * static_cast<double>(options.cells)));
  std::int64_t const controls = std::clamp(wanted, 2 * options.contexts, options.cells - pairs);
  auto const slot =
      static_cast<std::int64_t>(shuffled(seed_for(truth, "cells"), static_cast<std::uint64_t>(cell),
                                         static_cast<std::uint64_t>(options.cells)));
  SimulatedCell out;
  if (slot < controls) {
    out.context = static_cast<std::int32_t>(slot % options.contexts);
  } else {
    std::int64_t const pair = (slot - controls) % pairs;
    out.condition = static_cast<std::int32_t>(1 + pair / options.contexts);
    out.context = static_cast<std::int32_t>(pair % options.contexts);
  }
  RandomStream random(seed_for(truth, "library"), static_cast<std::uint64_t>(cell));
  // mean 1: exp(-sd^2/2) corrects the log-normal
  out.library = std::exp(library_spread * (random.normal() - library_spread / 2));
  return out;
}

CellSimulator::CellSimulator(SimulationTruth const& truth, std::uint64_t bytes)
    : CellSimulator(truth, bytes, {0, truth.options.genes}) {}

CellSimulator::CellSimulator(SimulationTruth const& truth, std::uint64_t bytes, Genes genes)
    : truth_(truth),
      genes_(genes),
      left_(bytes),
      kept_(truth.conditions.size() * truth.contexts.size()),
      scratch_(static_cast<std::size_t>(genes.last - genes.first)),
      words_key_(seed_for(truth, "counts")),
      large_key_(seed_for(truth, "large counts")) {
  if (genes.first % 4 != 0) throw InternalError("a range of genes starts at a multiple of 4");
}

void CellSimulator::compute(SimulatedCell const& cell, std::span<float> out) const {
  truth_.log_fold_change(static_cast<std::size_t>(cell.condition),
                         static_cast<std::size_t>(cell.context), genes_.first, out);
  double const* const base = truth_.log_mean.row(cell.context).data() + genes_.first;
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = std::exp(static_cast<float>(base[i]) + out[i]);
}

std::span<float const> CellSimulator::means(SimulatedCell const& cell) {
  auto const at = static_cast<std::size_t>(cell.context) * truth_.conditions.size() +
                  static_cast<std::size_t>(cell.condition);
  auto& row = kept_[at];
  if (!row.empty()) return row;
  std::uint64_t const bytes = scratch_.size() * sizeof(float);
  if (bytes > left_) {
    compute(cell, scratch_);
    return scratch_;
  }
  left_ -= bytes;
  row.resize(scratch_.size());
  compute(cell, row);
  return row;
}

SparseBlock CellSimulator::block(std::int64_t first, std::int64_t last) {
  SparseBlock out;
  out.first = first;
  out.offsets.reserve(static_cast<std::size_t>(last - first) + 1);
  for (std::int64_t index = first; index < last; ++index) {
    auto const cell = simulated_cell(truth_, index);
    draw(index, cell.library, means(cell), out);
    out.offsets.push_back(static_cast<std::int64_t>(out.values.size()));
  }
  return out;
}

void CellSimulator::draw(std::int64_t index, double library, std::span<float const> mean,
                         SparseBlock& out) const {
  for (std::size_t start = 0; start < mean.size(); start += strip_genes) {
    auto const strip = mean.subspan(start, std::min<std::size_t>(strip_genes, mean.size() - start));
    draw_strip(index, genes_.first + static_cast<std::int64_t>(start), library, strip, out);
  }
}

/// One 32-bit word u a gene: the count is 0 unless u < P(X > 0), which is at most the mean; so most
/// genes cost a comparison only.
void CellSimulator::draw_strip(std::int64_t index, std::int64_t start, double library,
                               std::span<float const> mean, SparseBlock& out) const {
  Words words;
  fill_words(words_key_, start, index, mean.size(), words);
  auto const scale = static_cast<float>(library * 0x1p31 * (1 + 1e-6));
  std::array<std::uint16_t, strip_genes> candidates;
  std::size_t found = 0;
  for (std::size_t i = 0; i < mean.size(); ++i) {
    candidates[found] = static_cast<std::uint16_t>(i);
    found += static_cast<float>(static_cast<std::int32_t>(words[i] >> 1)) <= mean[i] * scale + 1;
  }
  for (std::size_t k = 0; k < found; ++k) {
    std::size_t const i = candidates[k];
    std::int64_t const gene = start + static_cast<std::int64_t>(i);
    double const expected = library * static_cast<double>(mean[i]);
    double const shape = truth_.shape[static_cast<std::size_t>(gene)];
    float const count = expected <= inversion_limit
                            ? invert((words[i] + 0.5) * 0x1p-32, expected, shape)
                            : draw_large(index, gene, expected);
    if (count == 0) continue;
    out.minor.push_back(static_cast<std::int32_t>(gene));
    out.values.push_back(count);
  }
}

float CellSimulator::draw_large(std::int64_t index, std::int64_t gene, double expected) const {
  double const shape = truth_.shape[static_cast<std::size_t>(gene)];
  auto const genes = static_cast<std::uint64_t>(truth_.options.genes);
  RandomStream random(large_key_,
                      static_cast<std::uint64_t>(index) * genes + static_cast<std::uint64_t>(gene));
  return static_cast<float>(random.poisson(random.gamma(shape) * expected / shape));
}

SparseBlock simulate_cells(SimulationTruth const& truth, std::int64_t first, std::int64_t last) {
  return CellSimulator(truth, std::uint64_t{1} << 30).block(first, last);
}

}  // namespace pertscale
