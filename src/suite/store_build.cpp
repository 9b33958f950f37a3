#include "suite/store_build.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "core/room.hpp"
#include "io/crc32.hpp"
#include "io/h5ad_writer.hpp"
#include "suite/moment_tiles.hpp"
#include "suite/store_collect.hpp"
#include "suite/store_content.hpp"
#include "suite/store_moments.hpp"
#include "suite/store_place.hpp"

namespace pertscale {

namespace {

class Clock {
 public:
  /// Seconds since the last call, the longest over ranks.
  double lap(Communicator const& comm) {
    auto const now = std::chrono::steady_clock::now();
    std::chrono::duration<double> const taken = now - std::exchange(start_, now);
    return comm.max(taken.count());
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Runs of pieces that one rank collects and writes at once.
std::vector<std::size_t> cut_runs(std::vector<StorePiece> const& pieces, StoreShape const& shape,
                                  std::uint64_t bytes) {
  std::vector<std::size_t> starts;
  std::int64_t taken = 0;
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    std::int64_t const need = pieces[p].values * (shape.value_bytes() + 4);
    if (starts.empty() || taken + need > static_cast<std::int64_t>(bytes)) {
      starts.push_back(p);
      taken = 0;
    }
    taken += need;
  }
  starts.push_back(pieces.size());
  return starts;
}

class StoreBuild {
 public:
  StoreBuild(Dataset const& dataset, Communicator const& comm, StorePlace const& place,
             StoreOptions const& options)
      : data_(dataset),
        comm_(comm),
        place_(place),
        options_(options),
        order_(sorted_order(dataset)),
        plan_(plan_sort(dataset, place.scratch(), options.memory)) {}

  StoreReport run() {
    Clock clock;
    scatter();
    give_back_memory();
    report_.scatter_seconds = clock.lap(comm_);
    create();
    if (shape_.values == NumberType::float32)
      write_values<float>();
    else
      write_values<double>();
    agree(comm_, [&] {
      if (comm_.root()) place_.remove_scratch();
    });
    give_back_memory();
    report_.collect_seconds = clock.lap(comm_);
    checks_.moments = moments();
    agree(comm_, [&] {
      if (!comm_.root()) return;
      finish_store(place_.file(), checks_, bulk_);
      report_.output_bytes = static_cast<double>(std::filesystem::file_size(place_.file()));
      place_.finish();
    });
    report_.moment_seconds = clock.lap(comm_);
    return report();
  }

 private:
  void scatter() {
    std::optional<CellSource> source;
    agree(comm_, [&] { source.emplace(data_); });
    PassReport passes;
    PassOptions const options{slab_bytes(options_.memory), options_.stop};
    cells_ = scatter_cells(data_, order_, *source, plan_, comm_, options, passes);
    report_.passes = passes.passes;
    shape_ = store_shape(data_, order_, cells_);
    pieces_ = cut_pieces(shape_);
  }

  void create() {
    agree(comm_, [&] {
      if (comm_.root())
        bulk_ = create_store(place_.file(), shape_,
                             store_content(data_, order_, cells_, options_.program));
    });
  }

  /// Runs of pieces go round the ranks; every rank takes part in every write.
  template <class Value>
  void write_values() {
    auto const runs = cut_runs(pieces_, shape_, options_.memory / 4);
    auto const ranks = static_cast<std::size_t>(comm_.size());
    checks_.data.assign(pieces_.size(), 0);
    checks_.indices.assign(pieces_.size(), 0);
    CellCollector collector(plan_, cells_, shape_.offsets, comm_.size());
    std::vector<std::int32_t> genes;
    std::vector<Value> values;
    auto const most = most_values(runs);
    genes.reserve(most);
    values.reserve(most);
    ParallelHdf5 file(comm_, place_.file());
    for (std::size_t round = 0; round + 1 < runs.size(); round += ranks) {
      std::size_t const mine = round + static_cast<std::size_t>(comm_.rank());
      StoreBlock block;
      agree(comm_, [&] {
        if (options_.stop()) throw Stopped("stopped while making " + place_.file());
        if (mine + 1 >= runs.size()) return;
        auto const &first = pieces_[runs[mine]], &last = pieces_[runs[mine + 1] - 1];
        collector.collect(first.first_cell, last.last_cell, genes, values);
        block = {first.first_value, static_cast<std::int64_t>(values.size()), values.data(),
                 genes.data()};
        for (std::size_t p = runs[mine]; p < runs[mine + 1]; ++p)
          check_piece<Value>(p, first.first_value, genes, values);
      });
      write_store_values(file, shape_, block);
    }
    file.close();
    comm_.sum(std::span(checks_.data));
    comm_.sum(std::span(checks_.indices));
    for (std::size_t p = 0; p < pieces_.size(); ++p) {
      pieces_[p].data_crc = static_cast<std::uint32_t>(checks_.data[p]);
      pieces_[p].indices_crc = static_cast<std::uint32_t>(checks_.indices[p]);
    }
  }

  /// Of a run, so that buffers never grow.
  std::size_t most_values(std::vector<std::size_t> const& runs) const {
    std::int64_t most = 0;
    for (std::size_t r = 0; r + 1 < runs.size(); ++r) {
      auto const& last = pieces_[runs[r + 1] - 1];
      most = std::max(most, last.first_value + last.values - pieces_[runs[r]].first_value);
    }
    return static_cast<std::size_t>(most);
  }

  template <class Value>
  void check_piece(std::size_t p, std::int64_t begin, std::span<std::int32_t const> genes,
                   std::span<Value const> values) {
    auto const at = static_cast<std::size_t>(pieces_[p].first_value - begin);
    auto const size = static_cast<std::size_t>(pieces_[p].values);
    checks_.data[p] = crc32_of(std::as_bytes(values.subspan(at, size)));
    checks_.indices[p] = crc32_of(std::as_bytes(genes.subspan(at, size)));
  }

  std::vector<std::int64_t> moments() const {
    std::vector<std::int64_t> totals;
    std::vector<std::int8_t> half(static_cast<std::size_t>(order_.cells()), -1);
    auto const halves = half_groups(data_, store_half_seed);
    auto const sorted = order_.cell_at_position();
    for (std::size_t position = 0; position < sorted.size(); ++position) {
      auto const cell = static_cast<std::size_t>(sorted[position]);
      auto const group = halves.group_of_cell[cell];
      if (group >= 0)
        half[position] =
            static_cast<std::int8_t>(halves.groups[static_cast<std::size_t>(group)].member);
      if (shape_.counts) totals.push_back(cells_.sizes.totals[cell]);
    }
    bool const latent = data_.spec.values == "latent";
    return read_back({place_.file(), shape_, pieces_,
                      latent ? latent_bound(cells_.largest) : largest_log_value,
                      cells_.sizes.target, totals, half, latent, options_.memory, options_.stop});
  }

  /// MPI-IO of Open MPI 4.1 hides failed collective writes; what is read back shows them.
  std::vector<std::int64_t> read_back(StoreMomentInput const& input) const {
    try {
      return write_moments(input, comm_);
    } catch (UserError const& error) {
      throw UserError(fmt::format(
          "{}: what was written does not read back, as on a full disk; check the space there ({})",
          place_.file(), error.what()));
    }
  }

  StoreReport report() {
    report_.cells = shape_.cells();
    report_.genes = shape_.genes;
    report_.groups = static_cast<std::int64_t>(shape_.groups.size());
    report_.pieces = static_cast<std::int64_t>(pieces_.size());
    report_.values = shape_.stored();
    report_.value_type = cells_.floats ? "float32" : "float64";
    report_.scratch_bytes = static_cast<double>(cells_.scratch_bytes);
    report_.target_sum = cells_.sizes.target;
    report_.output_bytes = comm_.max(report_.output_bytes);
    return report_;
  }

  Dataset const& data_;
  Communicator const& comm_;
  StorePlace const& place_;
  StoreOptions const& options_;
  SortedOrder order_;
  SortPlan plan_;
  ScatteredCells cells_;
  StoreShape shape_;
  std::vector<StorePiece> pieces_;
  std::vector<ByteRange> bulk_;
  StoreChecks checks_;
  StoreReport report_;
};

}  // namespace

void refuse_store(Dataset const& dataset, std::filesystem::path const& target) {
  if (dataset.spec.rows != "cells")
    throw UserError(fmt::format("{}: a screen store holds cells, but rows = {}", dataset.spec.file,
                                dataset.spec.rows));
  refuse_own_files(dataset, target);
  check_target(target);
}

StoreEstimate estimate_store(Dataset const& dataset, std::filesystem::path const& target) {
  StoreEstimate out;
  bool common = true;
  for (auto const& part : dataset.parts) {
    double const kept = static_cast<double>(part.info.stored);
    common = common && part.gene_of_column.empty();
    out.sure = out.sure && part.info.layout != MatrixInfo::Layout::dense;
    bool const wide = part.info.value_type != "float32" && !part.info.integer;
    out.output_bytes += kept * (wide ? 12 : 8);
    out.scratch_bytes += kept * (wide ? 12 : 8);
  }
  auto const& row_of_cell = dataset.row_of_cell;
  out.sure = out.sure && std::find(row_of_cell.begin(), row_of_cell.end(), -1) == row_of_cell.end();
  auto const cells = static_cast<double>(row_of_cell.size());
  auto const rows = static_cast<double>(dataset.labels.rows().size());
  out.output_bytes += rows * static_cast<double>(dataset.genes.size()) * 48 + cells * 100;
  out.scratch_bytes += cells * 24;
  out.free_bytes = free_bytes(target);
  bool const totals =
      dataset.spec.values == "counts" && (dataset.spec.library_size_column.empty() && !common);
  out.passes = totals ? 2 : 1;
  return out;
}

StoreReport build_store(Dataset const& dataset, Communicator const& comm,
                        std::filesystem::path const& target, StoreOptions const& options) {
  agree(comm, [&] {
    if (comm.root()) refuse_store(dataset, target);
  });
  StorePlace const place(comm, target);
  return StoreBuild(dataset, comm, place, options).run();
}

}  // namespace pertscale
