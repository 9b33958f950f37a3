#include "suite/de_cells.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "suite/moment_tiles.hpp"

namespace pertscale {

namespace {

/// Reads slabs and log-normalises their values.
class CellReader {
 public:
  CellReader(Dataset const& dataset, Communicator const& comm, std::uint64_t memory,
             bool per_million)
      : data_(dataset), per_million_(per_million), ranks_(static_cast<std::size_t>(comm.size())) {
    PassOptions options;
    agree(comm, [&] {
      source_ = std::make_unique<CellSource>(data_);
      // small enough for the caches, with some hundred values of a gene
      auto const suits = std::clamp<std::uint64_t>(
          data_.genes.size() * 4096, std::uint64_t{8} << 20U, std::uint64_t{32} << 20U);
      options.slab_bytes = std::min(memory / 8, std::max(suits, source_->small_slab()));
      // the fewer exchanges, the less ranks wait for each other
      batch_ = std::clamp<std::size_t>(memory / 8 / options.slab_bytes, 1, 16);
      slabs_ = source_->slabs(options.slab_bytes);
    });
    PassReport report;
    sizes_ = library_sizes(data_, *source_, comm, options, report);
  }

  std::size_t slabs() const { return slabs_.size(); }
  std::size_t batch() const { return batch_; }

  void read(std::size_t slab, MatrixBlock& block) const {
    source_->read(slabs_[slab], block);
    if (slab + ranks_ < slabs_.size()) source_->prefetch(slabs_[slab + ranks_]);
    for (std::int64_t i = 0; i < block.count(); ++i) {
      auto const begin = static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(i)]);
      auto const end = static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(i) + 1]);
      if (block.by_column)
        normalise_column(block, begin, end, block.major(i));
      else if (kept(block.major(i)))
        normalise_row(block, begin, end, block.major(i));
    }
  }

 private:
  bool kept(std::int64_t cell) const {
    return data_.row_of_cell[static_cast<std::size_t>(cell)] >= 0;
  }

  void check(std::int64_t cell, std::int64_t gene, double value) const {
    if (!(std::fabs(value) <= largest_log_value))
      refuse_value(data_, cell, gene, value, largest_log_value);
  }

  void normalise_row(MatrixBlock& block, std::size_t begin, std::size_t end,
                     std::int64_t cell) const {
    if (!sizes_.counts()) {
      for (std::size_t k = begin; k < end; ++k) check(cell, block.minor[k], block.values[k]);
      return;
    }
    CountLogs logs([this, total = sizes_.total(cell)](double count) {
      return per_million_ ? log_per_million(count, total)
                          : log_normalised(count, sizes_.target, total);
    });
    for (std::size_t k = begin; k < end; ++k)
      if (block.values[k] != 0) block.values[k] = logs(block.values[k]);
  }

  void normalise_column(MatrixBlock& block, std::size_t begin, std::size_t end,
                        std::int64_t gene) const {
    for (std::size_t k = begin; k < end; ++k) {
      std::int64_t const cell = block.minor[k];
      if (!kept(cell) || block.values[k] == 0) continue;
      if (sizes_.counts())
        block.values[k] = per_million_ ? log_per_million(block.values[k], sizes_.total(cell))
                                       : sizes_.log_normalised(block.values[k], cell);
      else
        check(cell, gene, block.values[k]);
    }
  }

  Dataset const& data_;
  bool per_million_;
  std::size_t ranks_;  ///< slabs are dealt out to them in turn
  std::unique_ptr<CellSource> source_;
  std::vector<CellSlab> slabs_;
  std::size_t batch_ = 1;
  LibrarySizes sizes_;
};

/// Are the values of every file floats, or whole numbers that floats hold?
bool exactly_floats(Dataset const& dataset) {
  static std::set<std::string> const types{"float32", "float16", "int8", "uint8",
                                           "int16",   "uint16",  "bool"};
  return dataset.spec.values != "counts" &&
         std::all_of(dataset.parts.begin(), dataset.parts.end(),
                     [](auto const& part) { return types.contains(part.info.value_type); });
}

}  // namespace

CellDesign cell_design(Dataset const& dataset, bool by_batch, bool control_apart) {
  auto const& labels = dataset.labels;
  std::size_t const batches = by_batch ? dataset.batch.names.size() : 1;
  CellDesign out;
  out.design.rows = labels.rows().size();
  std::size_t const shared = labels.contexts().size() * batches;
  out.design.strata = control_apart ? 2 * shared : shared;
  auto const batch_of = [&](std::size_t cell) {
    return by_batch ? static_cast<std::size_t>(dataset.batch.code_of_cell[cell]) : 0;
  };
  std::vector<std::int64_t> cells(labels.rows().size() * batches, 0);
  for (std::size_t cell = 0; cell < dataset.row_of_cell.size(); ++cell)
    if (dataset.row_of_cell[cell] >= 0)
      ++cells[static_cast<std::size_t>(dataset.row_of_cell[cell]) * batches + batch_of(cell)];
  std::vector<std::int32_t> number(cells.size(), -1);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i] == 0) continue;
    std::size_t const row = i / batches;
    number[i] = static_cast<std::int32_t>(out.design.groups.size());
    bool const control = labels.condition_of(row).is_control();
    std::size_t const stratum = labels.rows()[row].context * batches + i % batches +
                                (control_apart && control ? shared : 0);
    out.design.groups.push_back(
        {static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(stratum), cells[i], control});
  }
  out.group_of_cell.assign(dataset.row_of_cell.size(), -1);
  for (std::size_t cell = 0; cell < dataset.row_of_cell.size(); ++cell)
    if (dataset.row_of_cell[cell] >= 0)
      out.group_of_cell[cell] =
          number[static_cast<std::size_t>(dataset.row_of_cell[cell]) * batches + batch_of(cell)];
  return out;
}

EntrySource cell_entries(Dataset const& dataset, std::vector<std::int32_t> group_of_cell,
                         Communicator const& comm, MomentOptions const& options, bool per_million) {
  auto const reader =
      std::make_shared<CellReader const>(dataset, comm, options.memory, per_million);
  EntrySource source;
  source.slabs = reader->slabs();
  source.batch = reader->batch();
  source.genes = dataset.genes.size();
  source.whole_columns =
      dataset.parts.size() == 1 && dataset.parts.front().info.layout == MatrixInfo::Layout::csc;
  source.narrow = exactly_floats(dataset);
  source.most = static_cast<std::uint64_t>(dataset.info.stored);
  source.group_of_cell = std::move(group_of_cell);
  source.read = [reader, stop = options.stop](std::size_t slab, MatrixBlock& block) {
    if (stop()) throw Stopped("stopped while reading for tests; nothing is written");
    reader->read(slab, block);
  };
  return source;
}

}  // namespace pertscale
