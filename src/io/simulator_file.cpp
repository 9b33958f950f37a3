#include "io/simulator_file.hpp"

#include <algorithm>
#include <cmath>

#include "io/ordered_blocks.hpp"
#include "io/simulator_blocks.hpp"
#include "io/simulator_metadata.hpp"

namespace pertscale {

namespace {

constexpr std::int64_t most_cells = 4096;  // of a block

/// Cells of a block that holds at most a sixteenth of the memory even where no count is zero: rank
/// 0 has up to four of that size in hand (its own, one packed, one received, one dense).
std::int64_t cells_of_block(SimulationTruth const& truth, SimulationFile const& file) {
  auto const bytes = static_cast<std::int64_t>(file.memory / 16);
  return std::clamp<std::int64_t>(bytes / (8 * truth.options.genes), 1, most_cells);
}

std::uint64_t memory_for_means(SimulationFile const& file) { return file.memory / 4; }

std::int64_t block_count(std::int64_t total, std::int64_t size) {
  return (total + size - 1) / size;
}

/// csr and dense: blocks of cells.
struct RowBlocks {
  SimulationTruth const& truth;
  SimulationFile const& file;
  CellSimulator cells{truth, memory_for_means(file)};
  std::int64_t size = cells_of_block(truth, file);

  std::vector<std::byte> make(std::int64_t b) {
    std::int64_t const first = b * size;
    auto block = cells.block(first, std::min(first + size, truth.options.cells));
    if (file.lognormalised) lognormalise(block, row_totals(block));
    return pack(block);
  }
};

void write_rows(SimulationTruth const& truth, SimulationFile const& file, Communicator const& comm,
                H5adWriter* writer, SimulationSummary& summary) {
  RowBlocks rows{truth, file};
  OrderedBlocks blocks;
  blocks.count = block_count(truth.options.cells, rows.size);
  blocks.make = [&](std::int64_t b) { return rows.make(b); };
  blocks.consume = [&](std::vector<std::byte> const& bytes) {
    auto const block = unpack(bytes);
    summary.stored += static_cast<std::int64_t>(block.values.size());
    if (file.format == MatrixFormat::dense)
      writer->append(std::span<float const>(dense_rows(block, truth.options.genes)));
    else
      writer->append(block);
  };
  run_ordered(comm, blocks);
}

/// Ranges of genes whose columns hold about a sixteenth of the memory, cut by their mean counts.
std::vector<CellSimulator::Genes> gene_ranges(SimulationTruth const& truth,
                                              SimulationFile const& file) {
  double const most = static_cast<double>(file.memory) / 16;
  auto const cells = static_cast<double>(truth.options.cells);
  std::int64_t const genes = truth.options.genes;
  std::vector<CellSimulator::Genes> out;
  std::int64_t first = 0;
  double bytes = 0;
  for (std::int64_t g = 0; g < genes; g += 4) {
    double four = 0;
    for (std::int64_t k = g; k < std::min(g + 4, genes); ++k)
      four += 8 * cells * std::min(1.0, std::exp(truth.log_mean.col(k).maxCoeff()));
    if (g > first && bytes + four > most) {
      out.push_back({first, g});
      first = g;
      bytes = 0;
    }
    bytes += four;
  }
  out.push_back({first, genes});
  return out;
}

/// Total count of every cell, on every rank.
std::vector<std::int64_t> all_totals(SimulationTruth const& truth, SimulationFile const& file,
                                     Communicator const& comm) {
  std::int64_t const cells = truth.options.cells, size = cells_of_block(truth, file);
  std::vector<std::int64_t> totals(static_cast<std::size_t>(cells));
  CellSimulator simulator(truth, memory_for_means(file));
  for (std::int64_t b = comm.rank(); b < block_count(cells, size); b += comm.size()) {
    auto const part = row_totals(simulator.block(b * size, std::min((b + 1) * size, cells)));
    std::copy(part.begin(), part.end(), totals.begin() + b * size);
  }
  comm.sum(totals);
  return totals;
}

/// All cells for a range of genes, as columns.
SparseBlock columns_of(SimulationTruth const& truth, SimulationFile const& file,
                       CellSimulator::Genes genes, std::span<std::int64_t const> totals) {
  std::int64_t const cells = truth.options.cells;
  CellSimulator simulator(truth, memory_for_means(file), genes);
  ColumnCollector collector(genes);
  for (std::int64_t first = 0; first < cells; first += most_cells) {
    std::int64_t const last = std::min(first + most_cells, cells);
    auto block = simulator.block(first, last);
    if (file.lognormalised)
      lognormalise(block, totals.subspan(static_cast<std::size_t>(first),
                                         static_cast<std::size_t>(last - first)));
    collector.add(block);
  }
  return collector.columns();
}

void write_columns(SimulationTruth const& truth, SimulationFile const& file,
                   Communicator const& comm, H5adWriter* writer, SimulationSummary& summary) {
  auto const totals =
      file.lognormalised ? all_totals(truth, file, comm) : std::vector<std::int64_t>();
  auto const ranges = gene_ranges(truth, file);
  OrderedBlocks blocks;
  blocks.count = static_cast<std::int64_t>(ranges.size());
  blocks.make = [&](std::int64_t b) {
    return pack(columns_of(truth, file, ranges[static_cast<std::size_t>(b)], totals));
  };
  blocks.consume = [&](std::vector<std::byte> const& bytes) {
    auto const block = unpack(bytes);
    summary.stored += static_cast<std::int64_t>(block.values.size());
    writer->append(block);
  };
  run_ordered(comm, blocks);
}

}  // namespace

SimulationSummary write_simulation(SimulationTruth const& truth, SimulationFile const& file,
                                   Communicator const& comm) {
  SimulationSummary summary;
  std::unique_ptr<H5adWriter> writer;
  agree(comm, [&] {
    if (!comm.root()) return;
    H5adLayout const layout{truth.options.cells, truth.options.genes, file.format, file.compression,
                            NumberType::float32};
    writer = std::make_unique<H5adWriter>(file.path, layout);
    write_metadata(*writer, truth, file);
  });
  auto const write = file.format == MatrixFormat::csc ? write_columns : write_rows;
  write(truth, file, comm, writer.get(), summary);
  agree(comm, [&] {
    if (writer) writer->finish();
  });
  return summary;
}

}  // namespace pertscale
