#include "suite/library_sizes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "core/room.hpp"
#include "core/text.hpp"

namespace pertscale {

namespace {

[[noreturn]] void refuse(Dataset const& dataset, std::int64_t cell, std::int64_t gene,
                         std::string const& value, std::string const& why) {
  auto const& part = dataset.part_of(cell);
  throw UserError(fmt::format(
      "{}: {} holds {} in row {}, gene {}; {} or choose another matrix", part.path,
      dataset.spec.matrix, value, cell - part.first_row,
      gene < 0 ? "not common to all files" : dataset.genes.name(static_cast<std::size_t>(gene)),
      why));
}

/// Median of the library sizes of kept cells that have any count, as scanpy's normalize_total.
double median_total(Dataset const& dataset, std::vector<std::int64_t> const& totals) {
  std::vector<std::int64_t> known;
  for (std::size_t cell = 0; cell < totals.size(); ++cell)
    if (dataset.row_of_cell[cell] >= 0 && totals[cell] > 0) known.push_back(totals[cell]);
  if (known.empty())
    throw UserError(fmt::format("{}: no kept cell has a count in {}", dataset.spec.screen(),
                                dataset.spec.matrix));
  auto const middle = known.begin() + static_cast<std::ptrdiff_t>(known.size() / 2);
  std::nth_element(known.begin(), middle, known.end());
  auto const upper = static_cast<double>(*middle);
  if (known.size() % 2 == 1) return upper;
  return (static_cast<double>(*std::max_element(known.begin(), middle)) + upper) / 2;
}

}  // namespace

void refuse_count(Dataset const& dataset, std::int64_t cell, std::int64_t gene, double value) {
  refuse(dataset, cell, gene, number_text(value),
         "counts are whole numbers of 0 or more, so set values = lognormalised");
}

std::optional<std::int64_t> sum_of_counts(std::span<double const> values) {
  std::uint64_t sum = 0;  // what is no count may make it wrap
  bool right = true;
  for (double const value : values) {
    right &= is_count(value);
    sum += static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
  }
  return right ? std::optional(static_cast<std::int64_t>(sum)) : std::nullopt;
}

void refuse_value(Dataset const& dataset, std::int64_t cell, std::int64_t gene, double value,
                  double bound) {
  refuse(dataset, cell, gene, number_text(value),
         fmt::format("log1p-normalised values do not reach {}, so set values = counts",
                     number_text(bound)));
}

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

/// A rank reads consecutive slabs, so that a chunk that two of them share is inflated once.
void read_pass(Dataset const& dataset, CellSource const& source, Communicator const& comm,
               PassOptions const& options, Columns columns, PassReport& report,
               std::function<void(MatrixBlock const&)> const& consume) {
  ++report.passes;
  agree(comm, [&] {
    auto const slabs = source.slabs(options.slab_bytes);
    auto const ranks = static_cast<std::size_t>(comm.size());
    auto const rank = static_cast<std::size_t>(comm.rank());
    std::size_t const first = slabs.size() * rank / ranks;
    std::size_t const last = slabs.size() * (rank + 1) / ranks;
    MatrixBlock block;
    std::int64_t most = 0;  // room for the largest at once: a block that grows leaves holes behind
    for (std::size_t s = first; s < last; ++s) most = std::max(most, slabs[s].slab.stored);
    make_room(block.minor, static_cast<std::size_t>(most) + 1);
    make_room(block.values, static_cast<std::size_t>(most) + 1);
    for (std::size_t s = first; s < last; ++s) {
      if (options.stop()) throw Stopped("stopped while reading " + dataset.spec.screen());
      auto const start = Clock::now();
      if (columns == Columns::all)
        source.read_all_columns(slabs[s], block);
      else
        source.read(slabs[s], block);
      if (s + 1 < last) source.prefetch(slabs[s + 1]);
      report.read_seconds += seconds_since(start);
      report.bytes_read += static_cast<double>(block.values.size()) * 12;
      consume(block);
    }
  });
}

namespace {

/// The values of a block one by one. `block` is of one file, with all its columns.
void add_values(Dataset const& dataset, MatrixBlock const& block,
                std::vector<std::int64_t>& totals) {
  if (block.values.empty()) return;
  auto const& part = dataset.part_of(block.by_column ? block.minor.front() : block.first);
  auto const& map = part.gene_of_column;
  for_each_value(block, [&](std::int64_t cell, std::int64_t column, double value) {
    auto const at = static_cast<std::size_t>(cell);
    if (dataset.row_of_cell[at] < 0) return;
    std::int64_t const gene = map.empty() ? column : map[static_cast<std::size_t>(column)];
    totals[at] += checked_count(dataset, cell, gene, value);
  });
}

/// The same, a row at once.
void add_rows(Dataset const& dataset, MatrixBlock const& block, std::vector<std::int64_t>& totals) {
  for (std::int64_t i = 0; i < block.count(); ++i) {
    auto const cell = static_cast<std::size_t>(block.first + i);
    if (dataset.row_of_cell[cell] < 0) continue;
    auto const begin = static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(i)]);
    auto const end = static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(i) + 1]);
    auto const sum = sum_of_counts(std::span(block.values).subspan(begin, end - begin));
    if (!sum) add_values(dataset, block, totals);  // names the value
    totals[cell] += sum.value_or(0);
  }
}

/// Totals that an obs column gives; rank 0 reads it.
std::vector<std::int64_t> totals_of_column(Dataset const& dataset, Communicator const& comm) {
  std::vector<std::int64_t> totals;
  auto const& column = dataset.spec.library_size_column;
  agree(comm, [&] {
    if (!comm.root()) return;
    for (auto const& part : dataset.parts)
      for (double const value : open_screen(part.path)->obs_numbers(column)) {
        bool const kept = dataset.row_of_cell[totals.size()] >= 0;
        bool const fine = value >= 0 && value < 0x1p53 && value == std::rint(value);
        if (kept && !fine)
          throw UserError(fmt::format(
              "{}: obs column '{}' (library-size-column) holds {} in row {}; a library size is a "
              "whole number of 0 or more",
              part.path, column, number_text(value),
              static_cast<std::int64_t>(totals.size()) - part.first_row));
        totals.push_back(fine ? static_cast<std::int64_t>(value) : 0);
      }
  });
  totals.resize(dataset.row_of_cell.size());
  comm.broadcast(std::as_writable_bytes(std::span(totals)));
  return totals;
}

}  // namespace

LibrarySizes with_target(Dataset const& dataset, std::vector<std::int64_t> totals) {
  LibrarySizes out;
  out.totals = std::move(totals);
  for (std::size_t cell = 0; cell < out.totals.size(); ++cell)
    if (dataset.row_of_cell[cell] >= 0 && out.totals[cell] == 0) ++out.empty_cells;
  bool const by_median = dataset.spec.target_sum == "median";
  out.target =
      by_median ? median_total(dataset, out.totals) : *parse_double(dataset.spec.target_sum);
  return out;
}

LibrarySizes library_sizes(Dataset const& dataset, CellSource const& source,
                           Communicator const& comm, PassOptions const& options,
                           PassReport& report) {
  if (dataset.spec.values != "counts") return {};
  if (!dataset.spec.library_size_column.empty())
    return with_target(dataset, totals_of_column(dataset, comm));
  std::vector<std::int64_t> totals(dataset.row_of_cell.size(), 0);
  read_pass(dataset, source, comm, options, Columns::all, report, [&](MatrixBlock const& block) {
    if (block.by_column)
      add_values(dataset, block, totals);
    else
      add_rows(dataset, block, totals);
  });
  comm.sum(totals);
  return with_target(dataset, std::move(totals));
}

}  // namespace pertscale
