#include "suite/moments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/text.hpp"
#include "data/count_logs.hpp"
#include "suite/moment_tiles.hpp"
#include "suite/profile_rows.hpp"

namespace pertscale {

namespace {

/// Largest |value| of log1p-normalised data: e^32 is 8e13 counts.
constexpr double largest_log_value = 32;

class MomentStream {
 public:
  MomentStream(Dataset const& dataset, Communicator const& comm, MomentOptions const& options)
      : data_(dataset), comm_(comm), options_(options) {
    agree(comm_, [&] {
      reader_ = open_screen(data_.spec.path);
      reader_->select(data_.spec.matrix);
      slabs_ = reader_->slabs(slab_bytes(options_.memory));
    });
  }

  MomentReport run(std::function<void(MomentTile const&)> const& sink, DispersionSums* dispersion) {
    if (counts() && needs_totals_pass()) sum_totals();
    if (data_.spec.values == "latent") find_bound();
    for (auto const& tile : cut_tiles(data_, tile_bytes(options_.memory)))
      stream_tile(tile, tile.first == 0 ? dispersion : nullptr, sink);
    report_.whole_numbers = !comm_.any(fractional_) && data_.spec.values == "lognormalised";
    report_.read_seconds = comm_.max(report_.read_seconds);
    std::int64_t bytes = std::llround(report_.bytes_read);
    comm_.sum(std::span(&bytes, 1));
    report_.bytes_read = static_cast<double>(bytes);
    return report_;
  }

 private:
  bool counts() const { return data_.spec.values == "counts"; }
  bool needs_totals_pass() const {
    return data_.spec.target_sum == "median" || data_.info.layout == MatrixInfo::Layout::csc;
  }

  /// Runs `consume` on every slab of this rank; a failure or a stop on one rank ends the pass on
  /// all.
  template <class Consume>
  void pass(Consume&& consume) {
    ++report_.passes;
    agree(comm_, [&] {
      auto const ranks = static_cast<std::size_t>(comm_.size());
      for (auto s = static_cast<std::size_t>(comm_.rank()); s < slabs_.size(); s += ranks) {
        if (options_.stop()) throw Stopped("stopped while reading " + data_.spec.path);
        auto const start = std::chrono::steady_clock::now();
        reader_->read(slabs_[s], block_);
        std::chrono::duration<double> const taken = std::chrono::steady_clock::now() - start;
        report_.read_seconds += taken.count();
        report_.bytes_read += static_cast<double>(block_.values.size()) * 12;
        consume(block_);
      }
    });
  }

  std::int32_t row_of(std::int64_t cell) const {
    return data_.row_of_cell[static_cast<std::size_t>(cell)];
  }

  /// Calls f(cell, gene, value) for every stored value of the kept cells of a block.
  template <class Visit>
  void visit(MatrixBlock const& block, Visit&& f) const {
    for (std::int64_t i = 0; i < block.count(); ++i) {
      std::int64_t const major = block.first + i;
      if (!block.by_column && row_of(major) < 0) continue;
      auto const begin = static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(i)]);
      auto const end = static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(i) + 1]);
      if (!block.by_column)
        for (std::size_t k = begin; k < end; ++k) f(major, block.minor[k], block.values[k]);
      else
        for (std::size_t k = begin; k < end; ++k)
          if (row_of(block.minor[k]) >= 0) f(block.minor[k], major, block.values[k]);
    }
  }

  std::int64_t checked_count(std::int64_t cell, std::int64_t gene, double value) const {
    // a value that is no number, or too large, converts to the smallest integer
    auto const count = static_cast<std::int64_t>(value);
    if (count >= 0 && static_cast<double>(count) == value && value < 0x1p53) return count;
    refuse_count(cell, gene, value);
  }

  [[noreturn]] void refuse_count(std::int64_t cell, std::int64_t gene, double value) const {
    throw UserError(
        fmt::format("{}: {} holds {} in row {}, gene {}; counts are whole numbers of 0 or more, so "
                    "set values = lognormalised or choose another matrix",
                    data_.spec.path, data_.spec.matrix, number_text(value), cell,
                    data_.genes.name(static_cast<std::size_t>(gene))));
  }

  double checked_value(std::int64_t cell, std::int64_t gene, double value) const {
    if (std::fabs(value) <= bound_) return value;
    refuse_value(cell, gene, value);
  }

  [[noreturn]] void refuse_value(std::int64_t cell, std::int64_t gene, double value) const {
    throw UserError(
        fmt::format("{}: {} holds {} in row {}, gene {}; log1p-normalised values do not reach {}, "
                    "so set values = counts or choose another matrix",
                    data_.spec.path, data_.spec.matrix, number_text(value), cell,
                    data_.genes.name(static_cast<std::size_t>(gene)), number_text(bound_)));
  }

  /// Library size of every kept cell (exact: whole numbers), then their target.
  void sum_totals() {
    std::vector<std::int64_t> totals(data_.row_of_cell.size(), 0);
    pass([&](MatrixBlock const& block) {
      visit(block, [&](std::int64_t cell, std::int64_t gene, double value) {
        totals[static_cast<std::size_t>(cell)] += checked_count(cell, gene, value);
      });
    });
    comm_.sum(totals);
    totals_ = std::move(totals);
    if (data_.spec.target_sum == "median") report_.target_sum = median_total();
  }

  /// Median of the library sizes of kept cells that have any count, as scanpy's normalize_total.
  double median_total() {
    std::vector<std::int64_t> known;
    for (std::size_t cell = 0; cell < totals_.size(); ++cell) {
      if (data_.row_of_cell[cell] < 0) continue;
      if (totals_[cell] > 0)
        known.push_back(totals_[cell]);
      else
        ++report_.empty_cells;
    }
    if (known.empty())
      throw UserError(
          fmt::format("{}: no kept cell has a count in {}", data_.spec.path, data_.spec.matrix));
    auto const middle = known.begin() + static_cast<std::ptrdiff_t>(known.size() / 2);
    std::nth_element(known.begin(), middle, known.end());
    auto const upper = static_cast<double>(*middle);
    if (known.size() % 2 == 1) return upper;
    return (static_cast<double>(*std::max_element(known.begin(), middle)) + upper) / 2;
  }

  /// Latent coordinates have no bound known beforehand: one more pass finds it.
  void find_bound() {
    double largest = 0;
    pass([&](MatrixBlock const& block) {
      for (double const value : block.values) largest = std::max(largest, std::fabs(value));
    });
    bound_ = std::exp2(std::ceil(std::log2(std::max(comm_.max(largest), 1e-300))));
  }

  /// Totals of the rows of a row block, where no totals pass was needed.
  void total_rows(MatrixBlock const& block) {
    row_totals_.assign(static_cast<std::size_t>(block.count()), 0);
    visit(block, [&](std::int64_t cell, std::int64_t gene, double value) {
      row_totals_[static_cast<std::size_t>(cell - block.first)] += checked_count(cell, gene, value);
    });
  }

  std::int64_t total_of(MatrixBlock const& block, std::int64_t cell) const {
    if (!totals_.empty()) return totals_[static_cast<std::size_t>(cell)];
    return row_totals_[static_cast<std::size_t>(cell - block.first)];
  }

  /// The common case: whole cells, one row of the tile each.
  void add_cells(MatrixBlock const& block, Tile const& tile, MomentSums& sums) {
    for (std::int64_t i = 0; i < block.count(); ++i) {
      std::int64_t const cell = block.first + i;
      std::int32_t const row = row_of(cell);
      if (row < 0 || !tile.holds(static_cast<std::size_t>(row))) continue;
      auto into = sums.row(static_cast<std::size_t>(row) - tile.first);
      auto const begin = static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(i)]);
      auto const end = static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(i) + 1]);
      if (counts()) {
        CountLogs logs(into, size_factor(block, cell));
        for (std::size_t k = begin; k < end; ++k) {
          if (block.values[k] != 0)
            into.add(static_cast<std::size_t>(block.minor[k]), logs(block.values[k]));
        }
      } else {
        for (std::size_t k = begin; k < end; ++k) {
          if (block.values[k] != 0)
            into.add(static_cast<std::size_t>(block.minor[k]),
                     into.encode(checked_value(cell, block.minor[k], block.values[k])));
        }
      }
    }
  }

  double size_factor(MatrixBlock const& block, std::int64_t cell) const {
    return static_cast<double>(total_of(block, cell)) / report_.target_sum;
  }

  void add_block(MatrixBlock const& block, Tile const& tile, MomentSums& sums,
                 DispersionSums* dispersion) {
    if (counts() && totals_.empty()) total_rows(block);
    for (std::size_t k = 0; !fractional_ && k < block.values.size(); ++k)
      fractional_ = block.values[k] != std::rint(block.values[k]);
    if (!block.by_column && dispersion == nullptr) {
      add_cells(block, tile, sums);
      return;
    }
    visit(block, [&](std::int64_t cell, std::int64_t gene, double value) {
      auto const row = static_cast<std::size_t>(row_of(cell));
      if (value == 0 || (!tile.holds(row) && dispersion == nullptr)) return;
      double const scaled = counts() ? value / size_factor(block, cell) : std::expm1(value);
      if (counts())
        value = std::log1p(scaled);
      else
        checked_value(cell, gene, value);
      if (tile.holds(row)) sums.add(row - tile.first, static_cast<std::size_t>(gene), value);
      if (dispersion != nullptr) dispersion->add(static_cast<std::size_t>(gene), scaled);
    });
  }

  void stream_tile(Tile const& tile, DispersionSums* dispersion,
                   std::function<void(MomentTile const&)> const& sink) {
    if (counts() && data_.spec.target_sum != "median")
      report_.target_sum = *parse_double(data_.spec.target_sum);
    std::vector<std::int64_t> cells;
    for (std::size_t row = tile.first; row < tile.last; ++row)
      cells.push_back(data_.labels.rows()[row].cells);
    MomentSums sums(std::move(cells), data_.genes.size(), bound_);
    pass([&](MatrixBlock const& block) { add_block(block, tile, sums, dispersion); });
    block_ = {};
    comm_.sum_to(sums.sums());
    comm_.sum_to(sums.nonzero());
    if (dispersion != nullptr) {
      auto limbs = dispersion->limbs();
      comm_.sum(limbs);
      dispersion->from_limbs(limbs);
    }
    agree(comm_, [&] {
      if (comm_.root()) sink({tile.first, sums.mean(), sums.variance(), sums.nonzero_fraction()});
    });
  }

  Dataset const& data_;
  Communicator const& comm_;
  MomentOptions const& options_;
  std::unique_ptr<ScreenReader> reader_;
  std::vector<MatrixSlab> slabs_;
  MatrixBlock block_;
  std::vector<std::int64_t> totals_, row_totals_;
  double bound_ = largest_log_value;
  bool fractional_ = false;  ///< a value that is no whole number was seen
  MomentReport report_;
};

}  // namespace

std::int64_t planned_passes(Dataset const& dataset, std::uint64_t memory) {
  if (dataset.spec.rows == "pseudobulk") return 1;
  auto const tiles = cut_tiles(dataset, tile_bytes(memory)).size();
  bool const totals =
      dataset.spec.values == "counts" &&
      (dataset.spec.target_sum == "median" || dataset.info.layout == MatrixInfo::Layout::csc);
  return static_cast<std::int64_t>(tiles) + (totals || dataset.spec.values == "latent" ? 1 : 0);
}

MomentReport stream_moments(Dataset const& dataset, Communicator const& comm,
                            MomentOptions const& options,
                            std::function<void(MomentTile const&)> const& sink,
                            DispersionSums* dispersion) {
  if (dataset.spec.rows == "cells")
    return MomentStream(dataset, comm, options).run(sink, dispersion);
  MomentReport report;
  agree(comm, [&] {
    if (!comm.root()) return;
    auto const tile = read_profile_rows(dataset, slab_bytes(options.memory));
    report.variance_left_out = tile.variance_left_out;
    sink(tile);
  });
  report.passes = 1;
  return report;
}

}  // namespace pertscale
