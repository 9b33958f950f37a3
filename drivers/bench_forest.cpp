#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <ctime>
#include <iostream>

#include "bench.hpp"
#include "command.hpp"
#include "core/error.hpp"
#include "core/random.hpp"
#include "parallel/communicator.hpp"
#include "parallel/phase_meter.hpp"
#include "solver/blas.hpp"
#include "solver/gram_forest.hpp"
#include "solver/team_linear_algebra.hpp"

namespace pertscale {
namespace {

namespace po = boost::program_options;

struct Size {
  std::int64_t conditions = 0, features = 0, genes = 0, trees = 0, folds = 0;
};

Size wanted(po::variables_map const& values) {
  auto const number = [&](char const* name) { return values[name].as<std::int64_t>(); };
  Size const size{number("conditions"), number("features"), number("genes"), number("trees"),
                  number("folds")};
  Mistakes mistakes;
  auto const bounded = [&](char const* name, std::int64_t value, std::int64_t least) {
    if (value < least) mistakes.add(fmt::format("--{} {}: takes at least {}", name, value, least));
  };
  bounded("conditions", size.conditions, 4);
  bounded("features", size.features, 1);
  bounded("genes", size.genes, 1);
  bounded("trees", size.trees, 1);
  bounded("folds", size.folds, 1);
  if (size.folds > size.conditions)
    mistakes.add(fmt::format("--folds {}: takes at most --conditions", size.folds));
  mistakes.raise();
  auto const n = static_cast<double>(size.conditions);
  double const bytes =
      8 * n *
      (3 * static_cast<double>(size.genes) + 4 * n + 3 * static_cast<double>(size.features));
  if (bytes > static_cast<double>(memory_per_rank(values)))
    throw UserError(fmt::format(
        "bench forest: outputs, Gram matrices and orders take {:.0f} MiB a rank, more than "
        "--memory-per-rank; take fewer --conditions or --genes, or give more memory",
        bytes / (1 << 20)));
  return size;
}

/// Outputs follow eight of the features, and noise; every rank makes the same.
struct MadeConditions {
  RowMatrix features, outputs;
  explicit MadeConditions(Size const& size)
      : features(size.conditions, size.features), outputs(size.conditions, size.genes) {
    RandomStream random(1, "bench forest");
    auto const noise = [&] {
      return random.uniform() + random.uniform() - random.uniform() - random.uniform();
    };
    for (auto& x : features.reshaped<Eigen::RowMajor>()) x = noise();
    RowMatrix const shape =
        features.leftCols(std::min<Eigen::Index>(8, features.cols())).unaryExpr([](double x) {
          return std::tanh(2 * x);
        });
    RowMatrix weights(shape.cols(), outputs.cols());
    for (auto& x : weights.reshaped<Eigen::RowMajor>()) x = noise();
    multiply(shape, weights, outputs);
    for (auto& x : outputs.reshaped<Eigen::RowMajor>()) x += 0.5 * noise();
  }
};

struct Outcome {
  double gram = 0, growing = 0, weights = 0, product = 0;  ///< seconds
  double processor = 0;                                    ///< seconds of the busiest rank
  double nodes = 0, rows_tested = 0, error = 0;
};

/// Seconds of the slowest rank.
template <class Work>
double timed(Communicator const& comm, Work work) {
  comm.barrier();
  auto const start = std::chrono::steady_clock::now();
  work();
  return comm.max(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}

/// Condition i is held out in fold i mod folds; with one fold all are trained on and predicted. One
/// Gram matrix serves all of them: a shift of the outputs changes no gain. Trees and rows of the
/// test part are spread over the ranks.
Outcome measure(Size const& size, MadeConditions const& made, Communicator const& comm) {
  TeamLinearAlgebra const algebra(Communicator::world());
  std::vector<double> const ones(static_cast<std::size_t>(size.conditions), 1.0);
  ForestOptions options;
  options.trees = static_cast<int>(size.trees);
  Outcome out;
  std::clock_t const clock = std::clock();
  RowMatrix whole;
  out.gram = timed(comm, [&] { whole = centred_gram(made.outputs, ones, algebra); });
  for (std::int64_t fold = 0; fold < size.folds; ++fold) {
    std::vector<Eigen::Index> trained, tested;
    for (Eigen::Index i = 0; i < size.conditions; ++i) {
      if (size.folds == 1 || i % size.folds == fold) tested.push_back(i);
      if (size.folds == 1 || i % size.folds != fold) trained.push_back(i);
    }
    RowMatrix const features = made.features(trained, Eigen::all);
    RowMatrix const test = made.features(tested, Eigen::all);
    RowMatrix const gram = whole(trained, trained);
    RowMatrix const outputs = made.outputs(trained, Eigen::all);
    GramForest forest;
    out.growing += timed(comm, [&] {
      forest = GramForest(features, gram, std::span(ones).first(trained.size()),
                          static_cast<double>(size.genes), options, algebra);
    });
    RowMatrix weights, said;
    out.weights += timed(comm, [&] { weights = forest.row_weights(test); });
    out.product += timed(comm, [&] { said = weighted_outputs(weights, outputs); });
    out.error += (said - made.outputs(tested, Eigen::all)).squaredNorm();
    out.rows_tested += static_cast<double>(tested.size());
    for (auto const& tree : forest.trees()) out.nodes += static_cast<double>(tree.nodes.size());
  }
  out.processor = comm.max(static_cast<double>(std::clock() - clock) / CLOCKS_PER_SEC);
  return out;
}

void show(Size const& size, Outcome const& out, double gemm, int ranks) {
  auto const n = static_cast<double>(size.conditions), genes = static_cast<double>(size.genes);
  double const trees = static_cast<double>(size.trees * size.folds);
  auto const share = [&](double flops, double seconds, double limit) {
    return fmt::format("{:.0f} % of double gemm", 1e-7 * flops / seconds / limit);
  };
  double const train = size.folds == 1 ? n : n - n / static_cast<double>(size.folds);
  std::cout << fmt::format(
      "{} conditions x {} features x {} genes, {} folds of {} trees, {} rank(s)\n"
      "gram         {:.3f} s, {}\n"
      "trees        {:.3f} s, {:.4f} s a tree, {:.3g} nodes/s, {:.0f} nodes a tree\n"
      "leaf weights {:.3f} s\n"
      "prediction   {:.3f} s, {} (each rank computes all)\n"
      "together     {:.3f} s, {:.4f} s a tree, processor {:.3f} s with checks\n"
      "  check      mean squared error {:.6g} a gene\n"
      "gemm         {:.1f} GFLOP/s in double precision, all ranks\n",
      size.conditions, size.features, size.genes, size.folds, size.trees, ranks, out.gram,
      share(n * n * genes, out.gram, gemm), out.growing, out.growing / trees,
      out.nodes / out.growing, out.nodes / trees, out.weights, out.product,
      share(2 * out.rows_tested * train * genes, out.product, gemm / ranks),
      out.gram + out.growing + out.weights + out.product,
      (out.gram + out.growing + out.weights + out.product) / trees, out.processor,
      out.error / out.rows_tested / genes, gemm);
}

int run(po::variables_map const& values, std::vector<std::string> const& inputs) {
  if (!inputs.empty())
    throw UserError("bench forest takes no file; it makes its conditions in memory");
  auto const size = wanted(values);
  auto const comm = Communicator::world();
  MadeConditions const made(size);
  double const gemm = comm.max(blas_gflops(1000)) * comm.size();
  auto const outcome = measure(size, made, comm);
  double const peak = comm.max(peak_rss_mib());
  if (!comm.root()) return exit_done;
  show(size, outcome, gemm, comm.size());
  std::cout << fmt::format("peak memory  {:.0f} MiB a rank\n", peak);
  return exit_done;
}

RegisteredBench const registered{{
    .name = "forest",
    .summary = "random forests on all genes together, on conditions made in memory",
    .usage = "forest --conditions N --features F --genes G [--trees T] [--folds K]",
    .declare =
        [](po::options_description& options) {
          auto const number = [&](char const* name, std::int64_t value, char const* help) {
            options.add_options()(name, po::value<std::int64_t>()->default_value(value), help);
          };
          number("conditions", 1000, "number of conditions");
          number("features", 256, "number of features");
          number("genes", 5000, "number of genes");
          number("trees", 20, "trees of a forest");
          number("folds", 1,
                 "forests, each without its share of the conditions; 1: all are trained on and "
                 "predicted");
        },
    .run = run,
}};

}  // namespace
}  // namespace pertscale
