#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <iostream>

#include "bench.hpp"
#include "command.hpp"
#include "core/error.hpp"
#include "core/random.hpp"
#include "parallel/communicator.hpp"
#include "parallel/phase_meter.hpp"
#include "solver/blas.hpp"
#include "statistics/group_distances.hpp"

namespace pertscale {
namespace {

namespace po = boost::program_options;
using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

struct Size {
  std::int64_t perturbations = 0, cells = 0, components = 0;
  double seconds = 0;  ///< of Euclidean tiles, on each rank
};

/// Every rank makes the same cells: group g is centred at its own place.
StackedGroups made_groups(Size const& size) {
  StackedGroups out;
  out.points.resize(size.perturbations * size.cells, size.components);
  for (std::int64_t g = 0; g < size.perturbations; ++g) {
    RandomStream random(1, static_cast<std::uint64_t>(g));
    Vector centre(size.components);
    for (auto& x : centre) x = 0.3 * random.normal();
    for (std::int64_t cell = 0; cell < size.cells; ++cell)
      for (Eigen::Index k = 0; k < size.components; ++k)
        out.points(g * size.cells + cell, k) = centre[k] + 2 * random.uniform() - 1;
    out.starts.push_back((g + 1) * size.cells);
  }
  return out;
}

Size wanted(po::variables_map const& values) {
  Size const size{values["perturbations"].as<std::int64_t>(), values["cells"].as<std::int64_t>(),
                  values["components"].as<std::int64_t>(), values["seconds"].as<double>()};
  Mistakes mistakes;
  auto const bounded = [&](char const* name, std::int64_t value, std::int64_t least) {
    if (value < least) mistakes.add(fmt::format("--{} {}: takes at least {}", name, value, least));
  };
  bounded("perturbations", size.perturbations, 2);
  bounded("cells", size.cells, 2);
  bounded("components", size.components, 1);
  if (!(size.seconds > 0))
    mistakes.add(fmt::format("--seconds {}: takes more than 0", size.seconds));
  mistakes.raise();
  double const bytes = 8.0 * static_cast<double>(size.perturbations) *
                       static_cast<double>(size.cells) * static_cast<double>(size.components);
  auto const memory = memory_per_rank(values);
  if (bytes > static_cast<double>(memory))
    throw UserError(fmt::format(
        "bench distances: the cells take {:.0f} MiB a rank, more than --memory-per-rank; take "
        "fewer --perturbations, --cells or --components, or give more memory",
        bytes / (1 << 20)));
  return size;
}

struct Tile {
  GroupRange rows, columns;
};

/// Tiles of pairs of groups, on and above the diagonal.
std::vector<Tile> tiles_of(std::size_t groups, std::size_t width) {
  std::vector<Tile> out;
  for (std::size_t i = 0; i < groups; i += width)
    for (std::size_t j = i; j < groups; j += width)
      out.push_back({{i, std::min(i + width, groups)}, {j, std::min(j + width, groups)}});
  return out;
}

double pairs_of(Tile const& tile) {
  return static_cast<double>((tile.rows.last - tile.rows.first) *
                             (tile.columns.last - tile.columns.first));
}

struct Outcome {
  double seconds = 0, processor = 0;    ///< the latter of the busiest rank
  double pairs = 0, done = 0, all = 0;  ///< pairs of groups; tiles done, of all
};

/// Tiles dealt out to the ranks, until `limit` seconds are over.
template <class Compute>
Outcome measure(std::vector<Tile> const& tiles, Communicator const& comm, double limit,
                Compute compute) {
  Outcome out;
  bool finite = true;
  comm.barrier();
  auto const start = Clock::now();
  std::clock_t const clock = std::clock();
  for (auto t = static_cast<std::size_t>(comm.rank()); t < tiles.size();
       t += static_cast<std::size_t>(comm.size())) {
    if (since(start) > limit) break;
    Matrix const values = compute(tiles[t]);
    finite = finite && values.allFinite();
    out.pairs += pairs_of(tiles[t]);
    out.done += 1;
  }
  out.processor = comm.max(static_cast<double>(std::clock() - clock) / CLOCKS_PER_SEC);
  out.seconds = comm.max(since(start));
  if (!finite) throw InternalError("bench distances: a distance is not finite");
  out.all = static_cast<double>(tiles.size());
  std::int64_t sums[] = {static_cast<std::int64_t>(out.pairs), static_cast<std::int64_t>(out.done)};
  comm.sum(std::span<std::int64_t>(sums));
  out.pairs = static_cast<double>(sums[0]);
  out.done = static_cast<double>(sums[1]);
  return out;
}

int run(po::variables_map const& values, std::vector<std::string> const& inputs) {
  if (!inputs.empty())
    throw UserError("bench distances takes no file; it makes its cells in memory");
  auto const size = wanted(values);
  auto const comm = Communicator::world();
  auto const stack = made_groups(size);
  std::size_t const groups = stack.groups();
  EnergyForm const squared{};
  auto const start = Clock::now();
  std::vector<GroupTerms> terms;
  for (std::size_t g = 0; g < groups; ++g)
    terms.push_back(group_terms(stack.points.middleRows(stack.starts[g], size.cells), squared));
  double const moments = comm.max(since(start));
  auto const from_moments = measure(tiles_of(groups, 256), comm, 1e9, [&](Tile const& tile) {
    return squared_energies(terms, tile.rows, tile.columns, squared);
  });
  auto const width = static_cast<std::size_t>(std::max<std::int64_t>(1, 512 / size.cells));
  auto const from_pairs =
      measure(tiles_of(groups, width), comm, size.seconds,
              [&](Tile const& tile) { return mean_distances(stack, tile.rows, tile.columns); });
  double const gemm = comm.max(blas_gflops(1000)), peak = comm.max(peak_rss_mib());
  if (!comm.root()) return exit_done;

  double const cell_pairs = from_pairs.pairs * static_cast<double>(size.cells * size.cells);
  double const rate = cell_pairs / from_pairs.seconds / comm.size();
  double const flops = 2e-9 * rate * static_cast<double>(size.components);
  double const all = from_pairs.seconds / from_pairs.done * from_pairs.all;
  std::cout << fmt::format("{} perturbations x {} cells x {} components, {} rank(s)\n", groups,
                           size.cells, size.components, comm.size())
            << fmt::format("moments of every group      {:.3f} s\n", moments)
            << fmt::format(
                   "squared Euclidean, from moments, all pairs  {:.3f} s, {:.3g} pairs of "
                   "groups/s\n",
                   from_moments.seconds, from_moments.pairs / from_moments.seconds)
            << fmt::format(
                   "Euclidean, by tiles         {:.3f} s, {:.0f} of {:.0f} tiles, {:.3g} "
                   "pairs of cells/s a rank\n",
                   from_pairs.seconds, from_pairs.done, from_pairs.all, rate)
            << fmt::format(
                   "  products {:.2f} GFLOP/s a rank, {:.0f} % of this machine's {:.2f} "
                   "(dgemm, roots and sums in the denominator)\n",
                   flops, 100 * flops / gemm, gemm)
            << fmt::format("  all pairs would take      {:.0f} s, {:.0f} s of processor a rank\n",
                           all, all * from_pairs.processor / from_pairs.seconds)
            << fmt::format("peak memory                 {:.0f} MiB a rank, made cells among them\n",
                           peak);
  return exit_done;
}

RegisteredBench const registered{{
    .name = "distances",
    .summary = "energy distances of all pairs of perturbations, on cells made in memory",
    .usage = "distances --perturbations P --cells N --components D [--seconds S]",
    .declare =
        [](po::options_description& options) {
          options.add_options()("perturbations", po::value<std::int64_t>()->default_value(10000),
                                "number of groups")(
              "cells", po::value<std::int64_t>()->default_value(50), "cells a group")(
              "components", po::value<std::int64_t>()->default_value(50), "coordinates a cell")(
              "seconds", po::value<double>()->default_value(20, "20"),
              "time for Euclidean tiles; the rest is projected");
        },
    .run = run,
}};

}  // namespace
}  // namespace pertscale
