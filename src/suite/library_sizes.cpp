#include "suite/library_sizes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "core/text.hpp"

namespace pertscale {

namespace {

DatasetPart const& part_of(Dataset const& dataset, std::int64_t cell) {
  auto const after = std::upper_bound(
      dataset.parts.begin(), dataset.parts.end(), cell,
      [](std::int64_t row, DatasetPart const& part) { return row < part.first_row; });
  return *std::prev(after);
}

[[noreturn]] void refuse(Dataset const& dataset, std::int64_t cell, std::int64_t gene,
                         std::string const& value, std::string const& why) {
  auto const& part = part_of(dataset, cell);
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

std::int64_t checked_count(Dataset const& dataset, std::int64_t cell, std::int64_t gene,
                           double value) {
  // a value that is no number, or too large, converts to the smallest integer
  auto const count = static_cast<std::int64_t>(value);
  if (count >= 0 && static_cast<double>(count) == value && value < 0x1p53) return count;
  refuse(dataset, cell, gene, number_text(value),
         "counts are whole numbers of 0 or more, so set values = lognormalised");
}

void refuse_value(Dataset const& dataset, std::int64_t cell, std::int64_t gene, double value,
                  double bound) {
  refuse(dataset, cell, gene, number_text(value),
         fmt::format("log1p-normalised values do not reach {}, so set values = counts",
                     number_text(bound)));
}

void read_pass(Dataset const& dataset, CellSource const& source, Communicator const& comm,
               PassOptions const& options, Columns columns, PassReport& report,
               std::function<void(MatrixBlock const&)> const& consume) {
  ++report.passes;
  agree(comm, [&] {
    auto const slabs = source.slabs(options.slab_bytes);
    MatrixBlock block;
    for (auto s = static_cast<std::size_t>(comm.rank()); s < slabs.size();
         s += static_cast<std::size_t>(comm.size())) {
      if (options.stop()) throw Stopped("stopped while reading " + dataset.spec.screen());
      auto const start = std::chrono::steady_clock::now();
      if (columns == Columns::all)
        source.read_all_columns(slabs[s], block);
      else
        source.read(slabs[s], block);
      std::chrono::duration<double> const taken = std::chrono::steady_clock::now() - start;
      report.read_seconds += taken.count();
      report.bytes_read += static_cast<double>(block.values.size()) * 12;
      consume(block);
    }
  });
}

LibrarySizes library_sizes(Dataset const& dataset, CellSource const& source,
                           Communicator const& comm, PassOptions const& options,
                           PassReport& report) {
  LibrarySizes out;
  if (dataset.spec.values != "counts") return out;
  out.totals.assign(dataset.row_of_cell.size(), 0);
  read_pass(dataset, source, comm, options, Columns::all, report, [&](MatrixBlock const& block) {
    if (block.values.empty()) return;
    // a block is of one file
    auto const& part = part_of(dataset, block.by_column ? block.minor.front() : block.first);
    auto const& map = part.gene_of_column;
    for_each_value(block, [&](std::int64_t cell, std::int64_t column, double value) {
      auto const at = static_cast<std::size_t>(cell);
      if (dataset.row_of_cell[at] < 0) return;
      std::int64_t const gene = map.empty() ? column : map[static_cast<std::size_t>(column)];
      out.totals[at] += checked_count(dataset, cell, gene, value);
    });
  });
  comm.sum(out.totals);
  for (std::size_t cell = 0; cell < out.totals.size(); ++cell)
    if (dataset.row_of_cell[cell] >= 0 && out.totals[cell] == 0) ++out.empty_cells;
  bool const by_median = dataset.spec.target_sum == "median";
  out.target =
      by_median ? median_total(dataset, out.totals) : *parse_double(dataset.spec.target_sum);
  return out;
}

}  // namespace pertscale
