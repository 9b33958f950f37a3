#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <iostream>
#include <numeric>

#include "bench.hpp"
#include "command.hpp"
#include "core/error.hpp"
#include "core/random.hpp"
#include "parallel/communicator.hpp"
#include "parallel/phase_meter.hpp"
#include "suite/gene_entries.hpp"

namespace pertscale {
namespace {

namespace po = boost::program_options;

struct Size {
  std::int64_t cells = 0, genes = 0, groups = 0;
  double density = 0;
};

/// A tenth of the cells is control; the others are dealt out to the groups.
std::uint32_t group_of(std::int64_t cell, Size const& size) {
  if (cell % 10 == 0) return 0;
  return static_cast<std::uint32_t>(1 + (cell - cell / 10 - 1) % size.groups);
}

/// Cells [first, last). Each gene is there with probability `density` (geometric gaps); its value
/// is log1p(1e4 c / L) as a float, c = 1, 2, ... (geometric, 1/2) and L = 2500 to 10,000 counts of
/// the cell: equal within cells, seldom between them.
MatrixBlock made_cells(std::int64_t first, std::int64_t last, Size const& size) {
  MatrixBlock block;
  block.first = first;
  block.offsets = {0};
  double const log_absent = std::log1p(-size.density);
  for (std::int64_t cell = first; cell < last; ++cell) {
    RandomStream random(1, static_cast<std::uint64_t>(cell));
    double const scale = 1e4 / std::floor(2500 * (1 + 3 * random.uniform()));
    double gene = -1;
    while (true) {
      gene += 1 + (size.density < 1 ? std::floor(std::log(random.uniform()) / log_absent) : 0);
      if (gene >= static_cast<double>(size.genes)) break;
      double const count = 1 + std::floor(-std::log2(random.uniform()));
      block.minor.push_back(static_cast<std::int32_t>(gene));
      block.values.push_back(static_cast<double>(static_cast<float>(std::log1p(scale * count))));
    }
    block.offsets.push_back(static_cast<std::int64_t>(block.values.size()));
  }
  return block;
}

/// Slabs of about 700,000 values, as of files, this rank's ready in memory.
class MadeScreen {
 public:
  MadeScreen(Size const& size, Communicator const& comm) : size_(size) {
    double const row = std::max(1.0, size.density * static_cast<double>(size.genes));
    step_ = std::max<std::int64_t>(1, static_cast<std::int64_t>(7e5 / row));
    auto const ranks = static_cast<std::size_t>(comm.size());
    blocks_.resize(static_cast<std::size_t>((size.cells + step_ - 1) / step_));
    for (auto s = static_cast<std::size_t>(comm.rank()); s < blocks_.size(); s += ranks) {
      auto const first = static_cast<std::int64_t>(s) * step_;
      blocks_[s] = made_cells(first, std::min(first + step_, size.cells), size);
      stored_ += static_cast<std::int64_t>(blocks_[s].values.size());
    }
    comm.sum(std::span(&stored_, 1));
  }

  std::int64_t stored() const { return stored_; }

  EntrySource source() const {
    EntrySource out;
    out.slabs = blocks_.size();
    out.batch = 8;
    out.genes = static_cast<std::size_t>(size_.genes);
    out.narrow = true;
    out.most = static_cast<std::uint64_t>(stored_);
    for (std::int64_t cell = 0; cell < size_.cells; ++cell)
      out.group_of_cell.push_back(static_cast<std::int32_t>(group_of(cell, size_)));
    out.read = [this](std::size_t slab, MatrixBlock& block) { block = blocks_[slab]; };
    return out;
  }

  RankDesign design() const {
    RankDesign out;
    out.rows = static_cast<std::size_t>(size_.groups) + 1;
    out.strata = 1;
    for (std::size_t row = 0; row < out.rows; ++row)
      out.groups.push_back({static_cast<std::uint32_t>(row), 0, 0, row == 0});
    for (std::int64_t cell = 0; cell < size_.cells; ++cell)
      ++out.groups[group_of(cell, size_)].cells;
    return out;
  }

 private:
  Size size_;
  std::int64_t step_ = 1, stored_ = 0;
  std::vector<MatrixBlock> blocks_;
};

Size wanted(po::variables_map const& values) {
  Size size{values["cells"].as<std::int64_t>(), values["genes"].as<std::int64_t>(),
            values["groups"].as<std::int64_t>(), values["density"].as<double>()};
  Mistakes mistakes;
  if (size.genes < 1) mistakes.add(fmt::format("--genes {}: takes at least 1", size.genes));
  if (size.groups < 1) mistakes.add(fmt::format("--groups {}: takes at least 1", size.groups));
  if (size.cells < 2 * (size.groups + 1))
    mistakes.add(fmt::format("--cells {}: takes at least two a group and control", size.cells));
  if (!(size.density > 0 && size.density <= 1))
    mistakes.add(fmt::format("--density {}: takes more than 0, at most 1", size.density));
  mistakes.raise();
  return size;
}

int run(po::variables_map const& values, std::vector<std::string> const& inputs) {
  if (!inputs.empty()) throw UserError("bench de takes no file; it makes its cells in memory");
  auto const size = wanted(values);
  auto const comm = Communicator::world();
  MadeScreen const screen(size, comm);
  auto const source = screen.source();
  RankingPlan plan;
  plan.design = screen.design();
  plan.options.sums = SummedValues::logs;
  plan.memory = memory_per_rank(values);
  plan.genes.resize(source.genes);
  std::iota(plan.genes.begin(), plan.genes.end(), std::size_t{0});
  comm.barrier();

  std::int64_t twice_u = 0, significant = 0;
  auto const start = std::chrono::steady_clock::now();
  auto const report = rank_genes(source, plan, comm, [&](std::size_t, RankSums const& sums) {
    for (std::size_t row = 1; row < plan.design.rows; ++row) {
      auto const test = sums.test(row);
      twice_u += static_cast<std::int64_t>(2 * test.u);
      significant += test.pvalue < 0.05 ? 1 : 0;
    }
  });
  std::chrono::duration<double> const taken = std::chrono::steady_clock::now() - start;
  double const seconds = comm.max(taken.count());
  std::int64_t sums[] = {twice_u, significant};
  comm.sum(std::span<std::int64_t>(sums));
  double const tests = static_cast<double>(size.genes) * static_cast<double>(size.groups);
  double const peak = comm.max(peak_rss_mib());
  if (!comm.root()) return exit_done;
  std::cout << fmt::format(
                   "{} cells x {} genes, {} values, {} groups against control, {} rank(s)\n",
                   size.cells, size.genes, screen.stored(), size.groups, comm.size())
            << fmt::format("gathering    {:.3f} s in {} round(s)\n", report.gather_seconds,
                           report.rounds)
            << fmt::format("testing      {:.3f} s\n", report.test_seconds)
            << fmt::format("together     {:.3f} s, {:.3g} tests/s, {:.3g} values/s\n", seconds,
                           tests / seconds, static_cast<double>(screen.stored()) / seconds)
            << fmt::format("peak memory  {:.0f} MiB a rank, made cells among them\n", peak)
            << fmt::format("check        sum of 2 U {}, {} tests below 0.05\n", sums[0], sums[1]);
  return exit_done;
}

RegisteredBench const registered{{
    .name = "de",
    .summary = "rank-sum tests of every group against control, on cells made in memory",
    .usage = "de --cells N --genes G --groups P [--density D]",
    .declare =
        [](po::options_description& options) {
          options.add_options()("cells", po::value<std::int64_t>()->default_value(60000),
                                "number of cells, a tenth of them control")(
              "genes", po::value<std::int64_t>()->default_value(2000), "number of genes")(
              "groups", po::value<std::int64_t>()->default_value(500), "number of perturbations")(
              "density", po::value<double>()->default_value(0.26, "0.26"),
              "share of values that are not 0");
        },
    .run = run,
}};

}  // namespace
}  // namespace pertscale
