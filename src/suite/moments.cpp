#include "suite/moments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "core/text.hpp"
#include "data/count_logs.hpp"
#include "suite/cell_fetch.hpp"
#include "suite/library_sizes.hpp"
#include "suite/moment_tiles.hpp"
#include "suite/profile_rows.hpp"
#include "suite/store_product.hpp"

namespace pertscale {

namespace {

constexpr std::uint64_t cached_sums = std::uint64_t{24} << 20U;  ///< stay in the processor's cache

/// Can the library size of a cell be summed from its own block, without a pass of its own?
bool totals_by_block(Dataset const& dataset) {
  return dataset.spec.target_sum != "median" && dataset.spec.library_size_column.empty() &&
         std::all_of(dataset.parts.begin(), dataset.parts.end(), [](DatasetPart const& part) {
           return part.info.layout != MatrixInfo::Layout::csc && part.gene_of_column.empty();
         });
}

class MomentStream {
 public:
  MomentStream(Dataset const& dataset, CellGroups const& groups, Communicator const& comm,
               MomentOptions const& options)
      : data_(dataset),
        groups_(groups),
        comm_(comm),
        options_{slab_bytes(options.memory), options.stop},
        most_slab_bytes_(options_.slab_bytes),
        tile_bytes_(tile_bytes(options.memory)) {
    agree(comm_, [&] { source_ = std::make_unique<CellSource>(data_); });
  }

  MomentReport run(std::function<void(MomentTile const&)> const& sink, DispersionSums* dispersion) {
    prepare_values();
    for (auto const& tile : cut_tiles(groups_.groups.size(), data_.genes.size(), tile_bytes_))
      stream_tile(tile, tile.first == 0 ? dispersion : nullptr, sink);
    MomentReport report;
    report.passes = passes_.passes;
    report.target_sum = sizes_.target;
    report.empty_cells = sizes_.empty_cells;
    report.whole_numbers = !comm_.any(fractional_) && data_.spec.values == "lognormalised";
    if (data_.spec.values == "lognormalised") report.lowest = -comm_.max(-lowest_);
    report.read_seconds = comm_.max(passes_.read_seconds);
    std::int64_t bytes = std::llround(passes_.bytes_read);
    comm_.sum(std::span(&bytes, 1));
    report.bytes_read = static_cast<double>(bytes);
    return report;
  }

 private:
  bool counts() const { return sizes_.counts(); }

  /// Slabs of a pass that adds to `sums` bytes: small where those stay in the processor's cache
  /// with it; else large, so that many cells of a group are added while its sums are there.
  void choose_slabs(std::uint64_t sums) {
    options_.slab_bytes =
        sums <= cached_sums ? std::min(most_slab_bytes_, source_->small_slab()) : most_slab_bytes_;
  }

  /// Library sizes of counts; the bound of latent coordinates, which is not known beforehand.
  void prepare_values() {
    choose_slabs(0);
    if (data_.spec.values == "counts" && totals_by_block(data_))
      sizes_.target = *parse_double(data_.spec.target_sum);
    else
      sizes_ = library_sizes(data_, *source_, comm_, options_, passes_);
    if (data_.spec.values != "latent") return;
    double largest = 0;
    pass([&](MatrixBlock const& block) {
      for_each_value(block, [&](std::int64_t cell, std::int64_t, double value) {
        if (data_.row_of_cell[static_cast<std::size_t>(cell)] >= 0)
          largest = std::max(largest, std::fabs(value));
      });
    });
    bound_ = latent_bound(comm_.max(largest));
  }

  void pass(std::function<void(MatrixBlock const&)> const& consume) {
    read_pass(data_, *source_, comm_, options_, Columns::genes, passes_, consume);
  }

  std::int32_t group_of(std::int64_t cell) const {
    return groups_.group_of_cell[static_cast<std::size_t>(cell)];
  }

  double checked_value(std::int64_t cell, std::int64_t gene, double value) {
    lowest_ = std::min(lowest_, value);
    if (std::fabs(value) <= bound_) return value;
    refuse_value(data_, cell, gene, value, bound_);
  }

  /// Totals of the rows of a block, where no pass of their own was needed.
  void total_rows(MatrixBlock const& block) {
    row_totals_.assign(static_cast<std::size_t>(block.count()), 0);
    for (std::int64_t i = 0; i < block.count(); ++i) {
      if (group_of(block.first + i) < 0) continue;
      auto const range = values_of(block, i);
      auto const sum =
          sum_of_counts(std::span(block.values).subspan(range.begin, range.end - range.begin));
      if (!sum) refuse_first(block, range, block.first + i);
      row_totals_[static_cast<std::size_t>(i)] = *sum;
    }
  }

  [[noreturn]] void refuse_first(MatrixBlock const& block, CellValues range,
                                 std::int64_t cell) const {
    std::size_t k = range.begin;
    while (is_count(block.values[k])) ++k;
    refuse_count(data_, cell, block.minor[k], block.values[k]);
  }

  double total_of(MatrixBlock const& block, std::int64_t cell) const {
    if (!sizes_.totals.empty()) return sizes_.total(cell);
    return static_cast<double>(row_totals_[static_cast<std::size_t>(cell - block.first)]);
  }

  void add_counts(MatrixBlock const& block, std::int64_t cell, CellValues range,
                  MomentSums::Row into) const {
    CountLogs logs([&into, target = sizes_.target, total = total_of(block, cell)](double count) {
      return into.encode(log_normalised(count, target, total));
    });
    for (std::size_t k = range.begin; k < range.end; ++k)
      if (block.values[k] != 0)
        into.add(static_cast<std::size_t>(block.minor[k]), logs(block.values[k]));
  }

  void add_values(MatrixBlock const& block, std::int64_t cell, CellValues range,
                  MomentSums::Row into) {
    double const* const values = block.values.data();
    std::int32_t const* const genes = block.minor.data();
    double const bound = bound_;
    double lowest = lowest_;
    for (std::size_t k = range.begin; k < range.end; ++k) {
      double const value = values[k];
      if (value == 0) continue;
      if (!(std::fabs(value) <= bound)) refuse_value(data_, cell, genes[k], value, bound);
      lowest = std::min(lowest, value);
      into.add(static_cast<std::size_t>(genes[k]), into.encode(value));
    }
    lowest_ = lowest;
  }

  /// Cells of a block that are in a group of the tile, sorted by group, so that a group's sums are
  /// fetched into the processor's cache once a block.
  void sort_cells(MatrixBlock const& block, Tile const& tile) {
    sorted_.clear();
    for (std::int64_t i = 0; i < block.count(); ++i) {
      std::int32_t const group = group_of(block.first + i);
      if (group >= 0 && tile.holds(static_cast<std::size_t>(group))) sorted_.push_back({group, i});
    }
    std::sort(sorted_.begin(), sorted_.end());
  }

  /// The common case: whole cells, one group of the tile each.
  void add_cells(MatrixBlock const& block, Tile const& tile, MomentSums& sums) {
    sort_cells(block, tile);
    for (std::size_t s = 0; s < sorted_.size(); ++s) {
      auto const& [group, i] = sorted_[s];
      if (s + 2 < sorted_.size()) fetch_cell(block, sorted_[s + 2].second);
      if (s + 1 < sorted_.size() && sorted_[s + 1].first != group)
        fetch_sums(block, sorted_[s + 1].second,
                   sums.row(static_cast<std::size_t>(sorted_[s + 1].first) - tile.first));
      auto into = sums.row(static_cast<std::size_t>(group) - tile.first);
      if (counts())
        add_counts(block, block.first + i, values_of(block, i), into);
      else
        add_values(block, block.first + i, values_of(block, i), into);
    }
  }

  void add_block(MatrixBlock const& block, Tile const& tile, MomentSums& sums,
                 DispersionSums* dispersion) {
    if (counts() && sizes_.totals.empty()) total_rows(block);
    for (std::size_t k = 0; !counts() && !fractional_ && k < block.values.size(); ++k)
      fractional_ = block.values[k] != std::rint(block.values[k]);
    if (!block.by_column && dispersion == nullptr) {
      add_cells(block, tile, sums);
      return;
    }
    for_each_value(block, [&](std::int64_t cell, std::int64_t gene, double value) {
      std::int32_t const number = group_of(cell);
      auto const group = static_cast<std::size_t>(number);
      if (number < 0 || value == 0 || (!tile.holds(group) && dispersion == nullptr)) return;
      double const scaled = counts() ? value * sizes_.target / total_of(block, cell)
                                     : std::expm1(checked_value(cell, gene, value));
      if (counts()) value = std::log1p(scaled);
      if (tile.holds(group)) sums.add(group - tile.first, static_cast<std::size_t>(gene), value);
      if (dispersion != nullptr) dispersion->add(static_cast<std::size_t>(gene), scaled);
    });
  }

  void stream_tile(Tile const& tile, DispersionSums* dispersion,
                   std::function<void(MomentTile const&)> const& sink) {
    std::vector<std::int64_t> cells;
    for (std::size_t group = tile.first; group < tile.last; ++group)
      cells.push_back(groups_.groups[group].cells);
    MomentSums sums(std::move(cells), data_.genes.size(), bound_);
    choose_slabs(sums.groups() * sums.genes() * MomentSums::bytes_per_entry);
    pass([&](MatrixBlock const& block) { add_block(block, tile, sums, dispersion); });
    comm_.sum_to(sums.sums());
    comm_.sum_to(sums.nonzero());
    if (dispersion != nullptr) {
      auto limbs = dispersion->limbs();
      comm_.sum(limbs);
      dispersion->from_limbs(limbs);
    }
    agree(comm_, [&] {
      if (comm_.root()) hand_over(tile, sums, sink);
    });
  }

  /// A few groups at a time: the sums already fill the share of memory that a tile has.
  static void hand_over(Tile const& tile, MomentSums const& sums,
                        std::function<void(MomentTile const&)> const& sink) {
    constexpr std::size_t step = 64;
    for (std::size_t first = 0; first < sums.groups(); first += step) {
      GroupRange const range{first, std::min(first + step, sums.groups())};
      sink({tile.first + first, sums.mean(range), sums.variance(range),
            sums.nonzero_fraction(range)});
    }
  }

  Dataset const& data_;
  CellGroups const& groups_;
  Communicator const& comm_;
  PassOptions options_;
  std::uint64_t most_slab_bytes_, tile_bytes_;
  std::unique_ptr<CellSource> source_;
  LibrarySizes sizes_;
  std::vector<std::int64_t> row_totals_;
  std::vector<std::pair<std::int32_t, std::int64_t>> sorted_;  ///< group, number in the block
  double bound_ = largest_log_value;
  double lowest_ = 0;        ///< smallest value seen, if below 0
  bool fractional_ = false;  ///< a value that is no whole number was seen
  PassReport passes_;
};

MomentReport stream_rows(Dataset const& dataset, Communicator const& comm,
                         MomentOptions const& options,
                         std::function<void(MomentTile const&)> const& sink,
                         DispersionSums* dispersion) {
  auto const groups = row_groups(dataset);
  return MomentStream(dataset, groups, comm, options).run(sink, dispersion);
}

}  // namespace

std::int64_t planned_passes(Dataset const& dataset, std::uint64_t memory) {
  if (dataset.spec.rows == "pseudobulk") return 1;
  bool const first = dataset.spec.values == "latent" ||
                     (dataset.spec.values == "counts" && !totals_by_block(dataset) &&
                      dataset.spec.library_size_column.empty());
  auto const passes = [&](std::size_t groups) {
    auto const tiles = cut_tiles(groups, dataset.genes.size(), tile_bytes(memory)).size();
    return static_cast<std::int64_t>(tiles) + (first ? 1 : 0);
  };
  auto const rows = takes_store_moments(dataset) ? 0 : passes(dataset.labels.rows().size());
  if (!dataset.spec.matches_batches()) return rows;
  return rows + passes(column_groups(dataset, "batches", dataset.batch, true).groups.size());
}

MomentReport stream_group_moments(Dataset const& dataset, CellGroups const& groups,
                                  Communicator const& comm, MomentOptions const& options,
                                  std::function<void(MomentTile const&)> const& sink) {
  if (dataset.spec.rows != "cells")
    throw UserError(fmt::format("{}: {} need cells, but rows = {}", dataset.spec.file, groups.name,
                                dataset.spec.rows));
  return MomentStream(dataset, groups, comm, options).run(sink, nullptr);
}

MomentReport stream_moments(Dataset const& dataset, Communicator const& comm,
                            MomentOptions const& options,
                            std::function<void(MomentTile const&)> const& sink,
                            DispersionSums* dispersion) {
  if (dataset.spec.rows == "cells") return stream_rows(dataset, comm, options, sink, dispersion);
  MomentReport report;
  agree(comm, [&] {
    if (!comm.root()) return;
    auto const tile = read_profile_rows(dataset, slab_bytes(options.memory));
    report.variance_left_out = tile.variance_left_out;
    if (dataset.spec.values == "lognormalised" && tile.mean.size() > 0)
      report.lowest = std::min(0.0, tile.mean.minCoeff());
    sink(tile);
  });
  report.passes = 1;
  return report;
}

}  // namespace pertscale
