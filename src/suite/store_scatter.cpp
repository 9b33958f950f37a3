#include "suite/store_scatter.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "core/packing.hpp"
#include "suite/moment_tiles.hpp"
#include "suite/store_records.hpp"

namespace pertscale {

namespace {

constexpr std::size_t most_buckets = 2048;

/// The pass over the source on one rank.
class Scatterer {
 public:
  Scatterer(Dataset const& dataset, SortedOrder const& order, SortPlan const& plan,
            BucketWriter& writer)
      : data_(dataset),
        counts_(dataset.spec.values == "counts"),
        latent_(dataset.spec.values == "latent"),
        bound_(counts_ || latent_ ? std::numeric_limits<double>::max() : largest_log_value),
        order_(order),
        writer_(writer),
        bucket_cells_(plan.bucket_cells(order.cells())),
        of_bucket_(plan.buckets) {
    out_.lengths.assign(static_cast<std::size_t>(order.cells()), 0);
    if (counts_) out_.sizes.totals.assign(dataset.row_of_cell.size(), 0);
  }

  void add(MatrixBlock const& block) {
    for (std::int64_t i = 0; i < block.count(); ++i) {
      auto const begin = static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(i)]);
      auto const end = static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(i) + 1]);
      if (block.by_column)
        add_gene(block, block.major(i), begin, end);
      else
        add_cell(block, block.major(i), begin, end);
    }
  }

  ScatteredCells take() { return std::move(out_); }

 private:
  /// Values of one cell in a block.
  struct Range {
    std::int64_t cell;
    std::int32_t position;
    std::size_t begin, end;
  };

  /// Notes what a value is; refuses one that the screen cannot hold.
  void look_at(std::int64_t cell, std::int64_t gene, double value) {
    if (counts_)
      out_.sizes.totals[static_cast<std::size_t>(cell)] += checked_count(data_, cell, gene, value);
    else if (!(std::fabs(value) <= bound_))
      refuse_value(data_, cell, gene, value, bound_);
    out_.largest = std::max(out_.largest, std::fabs(value));
    out_.whole_numbers = out_.whole_numbers && value == std::rint(value);
  }

  void add_cell(MatrixBlock const& block, std::int64_t cell, std::size_t begin, std::size_t end) {
    auto const position = order_.position_of_cell[static_cast<std::size_t>(cell)];
    if (position < 0) return;
    if (add_plain_cell(block, {cell, position, begin, end})) return;
    minor_.clear();
    values_.clear();
    for (std::size_t k = begin; k < end; ++k) {
      if (block.values[k] == 0) continue;
      look_at(cell, block.minor[k], block.values[k]);
      minor_.push_back(block.minor[k]);
      values_.push_back(block.values[k]);
    }
    put_cell(position, minor_, values_);
  }

  /// The common case: no zero and nothing to refuse, seen without a branch a value.
  bool add_plain_cell(MatrixBlock const& block, Range const& range) {
    auto const values = std::span(block.values).subspan(range.begin, range.end - range.begin);
    if (latent_) return false;
    std::int64_t odd = 0, fractions = 0, total = 0;
    for (double const value : values) {
      auto const whole = static_cast<std::int32_t>(value);  // out of range: the smallest
      fractions += static_cast<double>(whole) != value ? 1 : 0;
      odd += (value == 0 || !(std::fabs(value) <= bound_)) ? 1 : 0;
      odd += counts_ && whole < 0 ? 1 : 0;
      total += whole;
    }
    if (odd > 0 || (fractions > 0 && (counts_ || out_.whole_numbers))) return false;
    if (counts_) out_.sizes.totals[static_cast<std::size_t>(range.cell)] += total;
    put_cell(range.position, std::span(block.minor).subspan(range.begin, values.size()), values);
    return true;
  }

  void put_cell(std::int32_t position, std::span<std::int32_t const> minor,
                std::span<double const> values) {
    out_.lengths[static_cast<std::size_t>(position)] = static_cast<std::int32_t>(minor.size());
    put(static_cast<std::size_t>(position / bucket_cells_), {position}, minor, values);
  }

  /// The values of one gene go to the buckets of their cells.
  void add_gene(MatrixBlock const& block, std::int64_t gene, std::size_t begin, std::size_t end) {
    for (std::size_t k = begin; k < end; ++k) {
      std::int64_t const cell = block.minor[k];
      auto const position = order_.position_of_cell[static_cast<std::size_t>(cell)];
      if (position < 0 || block.values[k] == 0) continue;
      look_at(cell, gene, block.values[k]);
      ++out_.lengths[static_cast<std::size_t>(position)];
      auto const bucket = static_cast<std::size_t>(position / bucket_cells_);
      if (of_bucket_[bucket].positions.empty()) touched_.push_back(bucket);
      of_bucket_[bucket].positions.push_back(position);
      of_bucket_[bucket].values.push_back(block.values[k]);
    }
    for (auto const bucket : touched_) {
      put(bucket, {gene, 0, 0, 1}, of_bucket_[bucket].positions, of_bucket_[bucket].values);
      of_bucket_[bucket].positions.clear();
      of_bucket_[bucket].values.clear();
    }
    touched_.clear();
  }

  void put(std::size_t bucket, RecordHead head, std::span<std::int32_t const> minor,
           std::span<double const> values) {
    if (minor.empty()) return;
    head.count = static_cast<std::int32_t>(minor.size());
    head.wide = all_floats(values) ? 0 : 1;
    out_.floats = out_.floats && head.wide == 0;
    write_record(writer_.record(bucket, record_bytes(head)), head, minor.data(), values.data());
  }

  struct GeneInBucket {
    std::vector<std::int32_t> positions;
    std::vector<double> values;
  };

  Dataset const& data_;
  bool counts_, latent_;
  double bound_;
  SortedOrder const& order_;
  BucketWriter& writer_;
  std::int64_t bucket_cells_;
  std::vector<std::int32_t> minor_;
  std::vector<double> values_;
  std::vector<GeneInBucket> of_bucket_;
  std::vector<std::size_t> touched_;
  ScatteredCells out_;
};

std::vector<BucketExtent> extents_of_all(Communicator const& comm,
                                         std::vector<BucketExtent> const& mine) {
  Packer packer;
  packer.put(mine);
  std::vector<BucketExtent> all;
  auto const texts = comm.gather(packer.bytes());
  for (std::size_t rank = 0; rank < texts.size(); ++rank)
    for (auto extent : Unpacker(texts[rank]).take<std::vector<BucketExtent>>()) {
      extent.file = static_cast<std::int32_t>(rank);
      all.push_back(extent);
    }
  return all;
}

/// Can the library sizes be summed from the genes of the screen?
bool all_columns_are_genes(Dataset const& dataset) {
  return std::all_of(dataset.parts.begin(), dataset.parts.end(),
                     [](DatasetPart const& part) { return part.gene_of_column.empty(); });
}

/// What every rank saw, put together.
void merge(ScatteredCells& cells, Communicator const& comm) {
  comm.sum(std::span(cells.lengths));
  cells.floats = !comm.any(!cells.floats);
  cells.whole_numbers = !comm.any(!cells.whole_numbers);
  cells.largest = comm.max(cells.largest);
  cells.extents = extents_of_all(comm, cells.extents);
  for (auto const& extent : cells.extents) cells.scratch_bytes += extent.bytes;
}

}  // namespace

SortPlan plan_sort(Dataset const& dataset, std::filesystem::path folder, std::uint64_t memory) {
  double stored = 0;
  for (auto const& part : dataset.parts) stored += static_cast<double>(part.info.stored);
  double const wanted = stored * 8 / std::max(1.0, static_cast<double>(memory) / 64);
  auto const cells = std::max<std::size_t>(1, dataset.row_of_cell.size());
  auto const buckets = static_cast<std::size_t>(
      std::clamp(std::ceil(wanted), 1.0, static_cast<double>(most_buckets)));
  return {std::move(folder), std::min(buckets, cells), memory / 4};
}

ScatteredCells scatter_cells(Dataset const& dataset, SortedOrder const& order,
                             CellSource const& source, SortPlan const& plan,
                             Communicator const& comm, PassOptions const& options,
                             PassReport& report) {
  bool const counts = dataset.spec.values == "counts";
  bool const sum_totals =
      counts && dataset.spec.library_size_column.empty() && all_columns_are_genes(dataset);
  LibrarySizes known;
  if (counts && !sum_totals) known = library_sizes(dataset, source, comm, options, report);
  std::optional<BucketWriter> writer;
  agree(comm, [&] { writer.emplace(plan.file(comm.rank()), plan.buckets, plan.buffer_bytes); });
  Scatterer scatterer(dataset, order, plan, *writer);
  read_pass(dataset, source, comm, options, Columns::genes, report, [&](MatrixBlock const& block) {
    // so that the genes of a cell come in rising order
    if (block.by_column && block.count() > 0) writer->start(block.major(0));
    scatterer.add(block);
  });
  auto cells = scatterer.take();
  agree(comm, [&] { cells.extents = writer->finish(); });
  if (sum_totals) {
    comm.sum(std::span(cells.sizes.totals));
    cells.sizes = with_target(dataset, std::move(cells.sizes.totals));
  } else {
    cells.sizes = std::move(known);
  }
  merge(cells, comm);
  return cells;
}

}  // namespace pertscale
