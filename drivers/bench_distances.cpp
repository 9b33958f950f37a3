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
  std::int64_t control_cells = 0;
};

/// Every rank makes the same cells: group g is centred at its own place.
StackedGroups made_groups(Size const& size, std::uint64_t seed = 1) {
  StackedGroups out;
  out.points.resize(size.perturbations * size.cells, size.components);
  for (std::int64_t g = 0; g < size.perturbations; ++g) {
    RandomStream random(seed, static_cast<std::uint64_t>(g));
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
                  values["components"].as<std::int64_t>(), values["seconds"].as<double>(),
                  values["control-cells"].as<std::int64_t>()};
  Mistakes mistakes;
  auto const bounded = [&](char const* name, std::int64_t value, std::int64_t least) {
    if (value < least) mistakes.add(fmt::format("--{} {}: takes at least {}", name, value, least));
  };
  bounded("perturbations", size.perturbations, 2);
  bounded("cells", size.cells, 2);
  bounded("components", size.components, 1);
  bounded("control-cells", size.control_cells, 2);
  if (!(size.seconds > 0))
    mistakes.add(fmt::format("--seconds {}: takes more than 0", size.seconds));
  mistakes.raise();
  double const bytes = 8.0 * static_cast<double>(size.components) *
                       (static_cast<double>(size.perturbations) * static_cast<double>(size.cells) +
                        static_cast<double>(size.control_cells));
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

/// Euclidean E-distance (corrected) of every group to a control of other cells, with the terms
/// within each group.
Outcome measure_to_control(StackedGroups const& stack, Size const& size, Communicator const& comm) {
  EnergyForm const form{PointMetric::euclidean};
  Size const one{1, size.control_cells, size.components, 0};
  Matrix const control = made_groups(one, 2).points;
  auto const control_terms = group_terms(control, form);
  std::vector<Tile> tiles;
  constexpr std::size_t width = 16;
  for (std::size_t g = 0; g < stack.groups(); g += width)
    tiles.push_back({{g, std::min(g + width, stack.groups())}, {0, 1}});
  return measure(tiles, comm, size.seconds, [&](Tile const& tile) {
    Matrix out(static_cast<Eigen::Index>(tile.rows.last - tile.rows.first), 1);
    for (std::size_t g = tile.rows.first; g < tile.rows.last; ++g) {
      auto const cells = stack.points.middleRows(stack.starts[g], size.cells);
      out(static_cast<Eigen::Index>(g - tile.rows.first), 0) =
          energy_distance(cells, control, group_terms(cells, form), control_terms, form);
    }
    return out;
  });
}

struct Rates {
  double moments = 0, gemm = 0, peak = 0;
  Outcome from_moments, to_control, from_pairs;
};

std::string pairs_text(Rates const& rates, Size const& size, int ranks) {
  auto const cells = static_cast<double>(size.cells);
  double const rate = rates.from_pairs.pairs * cells * cells / rates.from_pairs.seconds / ranks;
  double const flops = 2e-9 * rate * static_cast<double>(size.components);
  double const all = rates.from_pairs.seconds / rates.from_pairs.done * rates.from_pairs.all;
  return fmt::format(
             "Euclidean, by tiles         {:.3f} s, {:.0f} of {:.0f} tiles, {:.3g} "
             "pairs of cells/s a rank\n",
             rates.from_pairs.seconds, rates.from_pairs.done, rates.from_pairs.all, rate) +
         fmt::format(
             "  products {:.2f} GFLOP/s a rank, {:.0f} % of this machine's {:.2f} "
             "(dgemm, roots and sums in the denominator)\n",
             flops, 100 * flops / rates.gemm, rates.gemm) +
         fmt::format("  all pairs would take      {:.0f} s, {:.0f} s of processor a rank\n", all,
                     all * rates.from_pairs.processor / rates.from_pairs.seconds);
}

std::string control_text(Outcome const& found, Size const& size, int ranks) {
  // pairs across, and within each group
  double const pairs =
      found.pairs * static_cast<double>(size.cells * (size.control_cells + size.cells));
  return fmt::format(
      "Euclidean, to {} control cells  {:.3f} s, {:.0f} of {} groups, {:.3g} pairs of cells/s a "
      "rank\n",
      size.control_cells, found.seconds, found.pairs, size.perturbations,
      pairs / found.seconds / ranks);
}

int run(po::variables_map const& values, std::vector<std::string> const& inputs) {
  if (!inputs.empty())
    throw UserError("bench distances takes no file; it makes its cells in memory");
  auto const size = wanted(values);
  auto const comm = Communicator::world();
  auto const stack = made_groups(size);
  std::size_t const groups = stack.groups();
  EnergyForm const squared{};
  Rates rates;
  auto const start = Clock::now();
  std::vector<GroupTerms> terms;
  for (std::size_t g = 0; g < groups; ++g)
    terms.push_back(group_terms(stack.points.middleRows(stack.starts[g], size.cells), squared));
  rates.moments = comm.max(since(start));
  rates.from_moments = measure(tiles_of(groups, 256), comm, 1e9, [&](Tile const& tile) {
    return squared_energies(terms, tile.rows, tile.columns, squared);
  });
  rates.to_control = measure_to_control(stack, size, comm);
  auto const width = static_cast<std::size_t>(std::max<std::int64_t>(1, 512 / size.cells));
  rates.from_pairs = measure(tiles_of(groups, width), comm, size.seconds, [&](Tile const& tile) {
    return mean_distances(stack, tile.rows, tile.columns);
  });
  rates.gemm = comm.max(blas_gflops(1000));
  rates.peak = comm.max(peak_rss_mib());
  if (!comm.root()) return exit_done;
  std::cout << fmt::format("{} perturbations x {} cells x {} components, {} rank(s)\n", groups,
                           size.cells, size.components, comm.size())
            << fmt::format("moments of every group      {:.3f} s\n", rates.moments)
            << fmt::format(
                   "squared Euclidean, from moments, all pairs  {:.3f} s, {:.3g} pairs of "
                   "groups/s\n",
                   rates.from_moments.seconds,
                   rates.from_moments.pairs / rates.from_moments.seconds)
            << control_text(rates.to_control, size, comm.size())
            << pairs_text(rates, size, comm.size())
            << fmt::format("peak memory                 {:.0f} MiB a rank, made cells among them\n",
                           rates.peak);
  return exit_done;
}

RegisteredBench const registered{{
    .name = "distances",
    .summary =
        "energy distances of perturbations to control and of all pairs, on cells made in memory",
    .usage =
        "distances --perturbations P --cells N --components D [--control-cells C] [--seconds S]",
    .declare =
        [](po::options_description& options) {
          options.add_options()("perturbations", po::value<std::int64_t>()->default_value(10000),
                                "number of groups")(
              "cells", po::value<std::int64_t>()->default_value(50), "cells a group")(
              "components", po::value<std::int64_t>()->default_value(50), "coordinates a cell")(
              "control-cells", po::value<std::int64_t>()->default_value(1000),
              "cells of the control that every group is compared with")(
              "seconds", po::value<double>()->default_value(20, "20"),
              "time for Euclidean tiles; the rest is projected");
        },
    .run = run,
}};

}  // namespace
}  // namespace pertscale
