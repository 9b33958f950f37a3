#include "suite/supply_cells.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.hpp"
#include "core/random.hpp"
#include "core/sums.hpp"
#include "core/text.hpp"
#include "data/count_logs.hpp"

namespace pertscale {

namespace {

constexpr std::int64_t block_cells = 1024;  ///< read at once

/// expm1 of each value scaled so that all sum to 1e6.
void to_million(std::span<double> values) {
  double const total = ordered_sum(values.size(), [&](std::size_t i) {
    return std::isnan(values[i]) ? 0 : std::expm1(values[i]);
  });
  for (double& value : values)
    if (total > 0) value = log_per_million(std::expm1(value), total);
}

}  // namespace

void scale_to_million(Matrix& cells) {
  auto const genes = static_cast<std::size_t>(cells.cols());
  for (Eigen::Index cell = 0; cell < cells.rows(); ++cell)
    to_million({cells.data() + static_cast<std::size_t>(cell) * genes, genes});
}

std::vector<std::int64_t> sample_of(std::int64_t count, std::int64_t most,
                                    std::string const& name) {
  std::vector<std::int64_t> out(static_cast<std::size_t>(count));
  std::iota(out.begin(), out.end(), 0);
  if (most <= 0 || most >= count) return out;
  auto const order = RandomStream(0, name).permutation(out.size());
  out.assign(order.begin(), order.begin() + most);
  std::sort(out.begin(), out.end());
  return out;
}

RowCells::RowCells(SortedCells const& cells, std::size_t file_genes,
                   std::vector<std::int64_t> genes, std::string screen, std::uint64_t memory)
    : cells_(cells),
      column_of_gene_(file_genes, -1),
      columns_(genes.size()),
      screen_(std::move(screen)),
      memory_(memory) {
  for (std::size_t column = 0; column < genes.size(); ++column) {
    if (genes[column] < 0)
      missing_.push_back(column);
    else
      column_of_gene_.at(static_cast<std::size_t>(genes[column])) =
          static_cast<std::int32_t>(column);
  }
}

void require_room(std::string const& screen, double bytes, std::uint64_t memory,
                  std::string const& what) {
  if (bytes <= static_cast<double>(memory)) return;
  throw UserError(fmt::format(
      "{}: {} need {}, more than --memory-per-rank {}; raise it with fewer ranks a node, or choose "
      "fewer genes (genes = hvg:N) or fewer cells (most=N of the metric)",
      screen, what, bytes_text(bytes), bytes_text(static_cast<double>(memory))));
}

template <class Visit>
void RowCells::visit(std::size_t row, CellValues values, Visit&& f) const {
  auto const first = cells_.starts()[row], end = cells_.starts()[row + 1];
  bool const counts = values != CellValues::expression;
  bool const million = values == CellValues::per_million;
  MatrixBlock block;
  for (auto at = first; at < end; at += block_cells) {
    auto const last = std::min(at + block_cells, end);
    if (counts && cells_.has_counts())
      cells_.read_counts(at, last, block);
    else if (values == CellValues::counts)
      throw InternalError("counts are read of cells that have none");
    else
      cells_.read(at, last, block);
    for (std::int64_t i = 0; i < block.count(); ++i) {
      auto const begin = static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(i)]);
      auto const stop = static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(i) + 1]);
      if (million && !cells_.has_counts())
        to_million(std::span(block.values).subspan(begin, stop - begin));
      double const total = million && cells_.has_counts() ? cells_.total(at + i) : 0;
      for (auto k = begin; k < stop; ++k) {
        auto const column = column_of_gene_[static_cast<std::size_t>(block.minor[k])];
        if (column < 0 || block.values[k] == 0) continue;
        f(at - first + i, static_cast<std::size_t>(column),
          total > 0 ? log_per_million(block.values[k], total) : block.values[k]);
      }
    }
  }
}

Matrix RowCells::dense(std::size_t row, CellValues values,
                       std::vector<std::int64_t> const& chosen) const {
  require_room(screen_, 8 * static_cast<double>(chosen.size() * columns_), memory_,
               fmt::format("{} cells x {} genes", chosen.size(), columns_));
  Matrix out =
      Matrix::Zero(static_cast<Eigen::Index>(chosen.size()), static_cast<Eigen::Index>(columns_));
  for (auto const column : missing_)
    out.col(static_cast<Eigen::Index>(column))
        .setConstant(std::numeric_limits<double>::quiet_NaN());
  visit(row, values, [&](std::int64_t cell, std::size_t column, double value) {
    auto const [begin, end] = std::equal_range(chosen.begin(), chosen.end(), cell);
    for (auto at = begin; at != end; ++at)
      out(at - chosen.begin(), static_cast<Eigen::Index>(column)) = value;
  });
  return out;
}

Matrix RowCells::dense(std::size_t row, CellValues values) const {
  return dense(row, values, sample_of(count(row), 0, {}));
}

ReferenceColumns RowCells::columns(std::size_t row, CellValues values) const {
  std::vector<std::size_t> stored(columns_, 0);
  visit(row, values, [&](std::int64_t, std::size_t column, double) { ++stored[column]; });
  double const all = std::accumulate(stored.begin(), stored.end(), 0.0);
  require_room(screen_, 8 * all, memory_,
               fmt::format("the {} control cells of rank tests", count(row)));
  ReferenceColumns out(count(row), stored);
  visit(row, values,
        [&](std::int64_t, std::size_t column, double value) { out.add(column, value); });
  return out;
}

std::pair<std::vector<double>, double> RowCells::sums(std::size_t row) const {
  std::vector<double> sums(columns_, 0);  // of whole numbers below 2^53: exact in any order
  visit(row, CellValues::counts,
        [&](std::int64_t, std::size_t column, double value) { sums[column] += value; });
  double total = 0;
  for (auto cell = cells_.starts()[row]; cell < cells_.starts()[row + 1]; ++cell)
    total += cells_.total(cell);
  return {std::move(sums), total};
}

}  // namespace pertscale
