#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <numeric>

#include "bench.hpp"
#include "command.hpp"
#include "core/error.hpp"
#include "core/random.hpp"
#include "metric/panel_distance.hpp"
#include "parallel/communicator.hpp"
#include "parallel/phase_meter.hpp"
#include "solver/blas.hpp"

namespace pertscale {
namespace {

namespace po = boost::program_options;

struct Size {
  std::int64_t perturbations = 0, genes = 0;
};

/// Observed changes are noise; a prediction holds half of its own one, and noise.
struct MadePanel {
  Matrix observed, predicted;
  std::vector<PanelQuery> queries;  ///< this rank's

  MadePanel(Size const& size, Communicator const& comm)
      : observed(size.perturbations, size.genes), predicted(size.perturbations, size.genes) {
    std::int64_t const ranks = comm.size(), rank = comm.rank();
    std::int64_t const first = size.perturbations * rank / ranks;
    std::int64_t const last = size.perturbations * (rank + 1) / ranks;
    auto const noise = [](RandomStream& random) {
      return random.uniform() + random.uniform() - random.uniform() - random.uniform();
    };
    for (std::int64_t p = 0; p < size.perturbations; ++p) {
      RandomStream random(1, static_cast<std::uint64_t>(p));
      for (Eigen::Index g = 0; g < size.genes; ++g) observed(p, g) = noise(random);
      if (p < first || p >= last) continue;
      auto const row = static_cast<std::size_t>(p);
      for (Eigen::Index g = 0; g < size.genes; ++g)
        predicted(p, g) = 0.05 * observed(p, g) + noise(random);
      queries.push_back(
          {row_of(predicted, row), row, {row % static_cast<std::size_t>(size.genes)}, {}});
    }
  }

  PanelComparison comparison(PanelDistance distance) const {
    PanelComparison out;
    out.distance = distance;
    for (std::size_t p = 0; p < static_cast<std::size_t>(observed.rows()); ++p)
      out.candidates.push_back(row_of(observed, p));
    out.genes.resize(static_cast<std::size_t>(observed.cols()));
    std::iota(out.genes.begin(), out.genes.end(), std::size_t{0});
    return out;
  }
};

Size wanted(po::variables_map const& values) {
  Size const size{values["perturbations"].as<std::int64_t>(), values["genes"].as<std::int64_t>()};
  Mistakes mistakes;
  if (size.perturbations < 2)
    mistakes.add(fmt::format("--perturbations {}: takes at least 2", size.perturbations));
  if (size.genes < 1) mistakes.add(fmt::format("--genes {}: takes at least 1", size.genes));
  mistakes.raise();
  double const bytes =
      16 * static_cast<double>(size.perturbations) * static_cast<double>(size.genes);
  if (bytes > static_cast<double>(memory_per_rank(values)))
    throw UserError(fmt::format(
        "bench metrics: the profiles take {:.0f} MiB a rank, more than --memory-per-rank; take "
        "fewer --perturbations or --genes, or give more memory",
        bytes / (1 << 20)));
  return size;
}

struct Outcome {
  double seconds = 0;
  std::int64_t nearer = 0;
};

Outcome measure(MadePanel const& panel, PanelDistance distance, Communicator const& comm) {
  auto const comparison = panel.comparison(distance);
  comm.barrier();
  auto const start = std::chrono::steady_clock::now();
  auto const rivals = count_rivals(comparison, panel.queries);
  std::chrono::duration<double> const taken = std::chrono::steady_clock::now() - start;
  Outcome out{comm.max(taken.count()), 0};
  for (auto const& of_query : rivals) out.nearer += of_query.nearer;
  comm.sum(std::span(&out.nearer, 1));
  return out;
}

int run(po::variables_map const& values, std::vector<std::string> const& inputs) {
  if (!inputs.empty())
    throw UserError("bench metrics takes no file; it makes its profiles in memory");
  auto const size = wanted(values);
  auto const comm = Communicator::world();
  MadePanel const panel(size, comm);
  double const pairs =
      static_cast<double>(size.perturbations) * static_cast<double>(size.perturbations);
  double const terms = pairs * static_cast<double>(size.genes);
  double const gemm = comm.max(blas_gflops(1000)) * comm.size();
  if (comm.root())
    std::cout << fmt::format("{} perturbations x {} genes, own gene left out, {} rank(s)\n",
                             size.perturbations, size.genes, comm.size());
  for (auto const& [name, distance] :
       {std::pair{"l2", PanelDistance::l2}, std::pair{"cosine", PanelDistance::cosine},
        std::pair{"l1", PanelDistance::l1}}) {
    auto const outcome = measure(panel, distance, comm);
    if (!comm.root()) continue;
    std::string const share =
        distance == PanelDistance::l1
            ? std::string("differences, not products")
            : fmt::format("{:.0f} % of double gemm", 200e-9 * terms / outcome.seconds / gemm);
    std::cout << fmt::format("{:<12} {:.3f} s, {:.3g} pairs/s, {:.3g} terms/s, {}\n", name,
                             outcome.seconds, pairs / outcome.seconds, terms / outcome.seconds,
                             share)
              << fmt::format("  check      {} rivals nearer than the own one\n", outcome.nearer);
  }
  double const peak = comm.max(peak_rss_mib());
  if (comm.root())
    std::cout << fmt::format("gemm         {:.1f} GFLOP/s in double precision, all ranks\n", gemm)
              << fmt::format("peak memory  {:.0f} MiB a rank, the profiles among them\n", peak);
  return exit_done;
}

RegisteredBench const registered{{
    .name = "metrics",
    .summary = "ranks of all predictions among all perturbations, on profiles made in memory",
    .usage = "metrics --perturbations P --genes G",
    .declare =
        [](po::options_description& options) {
          options.add_options()("perturbations", po::value<std::int64_t>()->default_value(1000),
                                "number of perturbations")(
              "genes", po::value<std::int64_t>()->default_value(8000), "number of genes");
        },
    .run = run,
}};

}  // namespace
}  // namespace pertscale
