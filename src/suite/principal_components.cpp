#include "suite/principal_components.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "core/sums.hpp"
#include "core/text.hpp"
#include "solver/leading_eigen.hpp"
#include "solver/products.hpp"

namespace pertscale {

namespace {

constexpr std::int64_t block_cells = 1024;

std::vector<std::int32_t> columns_of(std::vector<std::size_t> const& genes, std::size_t all) {
  std::vector<std::int32_t> out(all, -1);
  for (std::size_t j = 0; j < genes.size(); ++j) out[genes[j]] = static_cast<std::int32_t>(j);
  return out;
}

/// Values of a block of cells less `centre`, cells x used genes.
void densify(MatrixBlock const& block, std::vector<std::int32_t> const& column_of_gene,
             Vector const& centre, Matrix& out) {
  out.resize(block.count(), centre.size());
  for (std::int64_t i = 0; i < block.count(); ++i) {
    double* const row = out.row(i).data();
    std::transform(centre.begin(), centre.end(), row, [](double mean) { return -mean; });
    auto const begin = static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(i)]);
    auto const end = static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(i) + 1]);
    for (std::size_t k = begin; k < end; ++k) {
      auto const column = column_of_gene[static_cast<std::size_t>(block.minor[k])];
      if (column >= 0) row[column] = block.values[k] - centre[column];
    }
  }
}

/// Mean and scatter (squared distances to it, summed) of every gene over the cells of some rows.
struct Overall {
  Vector mean, scatter;
  std::int64_t cells = 0;
};

Overall overall_moments(Screen const& screen, RowRange rows) {
  auto const genes = static_cast<Eigen::Index>(screen.genes.size());
  Overall out{Vector::Zero(genes), Vector::Zero(genes)};
  // cells are where they were measured, whatever control their mean is matched with
  auto const& means = screen.measured_mean.empty() ? screen.mean : screen.measured_mean;
  auto const cells_of = [&](std::size_t row) { return screen.labels.rows()[row].cells; };
  for (auto row = rows.first; row < rows.last; ++row) out.cells += cells_of(row);
  auto const all = static_cast<double>(out.cells);
  for (auto row = rows.first; row < rows.last; ++row)
    for (Eigen::Index g = 0; g < genes; ++g)
      out.mean[g] +=
          means.row(row)[static_cast<std::size_t>(g)] * (static_cast<double>(cells_of(row)) / all);
  for (auto row = rows.first; row < rows.last; ++row) {
    auto const n = static_cast<double>(cells_of(row));
    auto const mean = means.row(row), variance = screen.variance.row(row);
    for (Eigen::Index g = 0; g < genes; ++g) {
      auto const at = static_cast<std::size_t>(g);
      double const shift = mean[at] - out.mean[g];
      out.scatter[g] += n * shift * shift + (n > 1 ? (n - 1) * variance[at] : 0);
    }
  }
  return out;
}

/// The `count` genes of largest scatter, ascending.
std::vector<std::size_t> most_variable(Vector const& scatter, std::int64_t count) {
  std::vector<std::size_t> order(static_cast<std::size_t>(scatter.size()));
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return scatter[static_cast<Eigen::Index>(a)] > scatter[static_cast<Eigen::Index>(b)];
  });
  order.resize(std::min(order.size(), static_cast<std::size_t>(count)));
  std::sort(order.begin(), order.end());
  return order;
}

/// Covariance sums of centred cells: the lower triangle in fixed point, column by column.
class CovarianceSums {
 public:
  /// By Cauchy and Schwarz no entry, of any part of the cells, exceeds the largest scatter; a tenth
  /// is left for the rounding of blocks.
  CovarianceSums(Eigen::Index genes, double largest_scatter)
      : genes_(genes),
        grid_(1, 1.1 * std::max(largest_scatter, 1e-30)),
        sums_(static_cast<std::size_t>(genes * (genes + 1) / 2), 0) {}

  void add(Matrix const& block) {
    cross_product(block, product_);
    std::size_t at = 0;
    for (Eigen::Index c = 0; c < genes_; ++c)
      for (Eigen::Index r = c; r < genes_; ++r) sums_[at++] += grid_.encode(product_(r, c));
  }
  std::span<std::int64_t> sums() { return sums_; }
  Eigen::MatrixXd lower(double scale) {
    product_.resize(genes_, genes_);
    std::size_t at = 0;
    for (Eigen::Index c = 0; c < genes_; ++c)
      for (Eigen::Index r = c; r < genes_; ++r) product_(r, c) = grid_.decode(sums_[at++]) * scale;
    return std::move(product_);
  }

 private:
  Eigen::Index genes_;
  FixedPoint grid_;
  std::vector<std::int64_t> sums_;
  Eigen::MatrixXd product_;
};

/// Adds this rank's share of the blocks of cells.
void add_blocks(ScreenCells const& cells, RowRange rows, Communicator const& comm,
                PrincipalAxes const& axes, CovarianceSums& sums) {
  auto const columns = columns_of(axes.genes, cells.genes);
  auto const& starts = cells.cells.starts();
  auto const last = starts[rows.last];
  MatrixBlock block;
  Matrix dense;
  for (auto at = starts[rows.first] + comm.rank() * block_cells; at < last;
       at += comm.size() * block_cells) {
    cells.cells.read(at, std::min(at + block_cells, last), block);
    densify(block, columns, axes.centre, dense);
    sums.add(dense);
  }
}

/// Eigenvectors of the covariance become the loadings.
void decompose(CovarianceSums& sums, std::int64_t cells, PrincipalAxes& axes) {
  auto covariance = sums.lower(1 / std::max(1.0, static_cast<double>(cells - 1)));
  axes.total_variance = ordered_sum(static_cast<std::size_t>(covariance.rows()), [&](auto j) {
    return covariance(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(j));
  });
  auto const eigen = leading_eigen(std::move(covariance), axes.loadings.cols());
  axes.loadings = eigen.vectors;
  axes.variance = eigen.values;
}

/// Rank 0's numbers on every rank.
void broadcast_numbers(Communicator const& comm, std::span<double> values) {
  comm.broadcast(std::as_writable_bytes(values));
}

}  // namespace

void require_memory(Screen const& screen, PrincipalOptions const& options) {
  auto const genes = std::min(screen.genes.size(), static_cast<std::size_t>(options.genes));
  auto const g = static_cast<double>(genes);
  double const needed = 28 * g * g + 2 * 8.0 * static_cast<double>(block_cells) * g;
  if (needed <= static_cast<double>(options.memory)) return;
  throw UserError(fmt::format(
      "{}: principal components of {} genes need {} a rank, more than --memory-per-rank {}; raise "
      "it or lower --pca-genes",
      screen.name, genes, bytes_text(needed), bytes_text(static_cast<double>(options.memory))));
}

PrincipalAxes principal_axes(ScreenCells const& cells, RowRange rows, Communicator const& comm,
                             PrincipalOptions const& options) {
  auto const overall = overall_moments(cells.screen, rows);
  auto const chosen = most_variable(overall.scatter, options.genes);
  require_memory(cells.screen, options);
  PrincipalAxes axes;
  axes.centre.resize(static_cast<Eigen::Index>(chosen.size()));
  double largest = 0;
  for (std::size_t j = 0; j < chosen.size(); ++j) {
    auto const gene = static_cast<Eigen::Index>(chosen[j]);
    axes.genes.push_back(cells.gene_numbers[chosen[j]]);
    axes.centre[static_cast<Eigen::Index>(j)] = overall.mean[gene];
    largest = std::max(largest, overall.scatter[gene]);
  }
  CovarianceSums sums(axes.centre.size(), largest);
  agree(comm, [&] { add_blocks(cells, rows, comm, axes, sums); });
  comm.sum(sums.sums());
  auto const kept =
      std::min<Eigen::Index>({options.components, axes.centre.size(), overall.cells - 1});
  axes.loadings.resize(axes.centre.size(), std::max<Eigen::Index>(0, kept));
  axes.variance.resize(axes.loadings.cols());
  agree(comm, [&] {
    if (comm.root()) decompose(sums, overall.cells, axes);
  });
  broadcast_numbers(comm, {axes.loadings.data(), static_cast<std::size_t>(axes.loadings.size())});
  broadcast_numbers(comm, {axes.variance.data(), static_cast<std::size_t>(axes.variance.size())});
  broadcast_numbers(comm, {&axes.total_variance, 1});
  return axes;
}

Matrix along_axes(PrincipalAxes const& axes, Matrix const& cells) {
  Matrix out(cells.rows(), axes.loadings.cols()), projected;
  for (Eigen::Index at = 0; at < cells.rows(); at += block_cells) {
    auto const count = std::min<Eigen::Index>(block_cells, cells.rows() - at);
    Matrix const dense = cells.middleRows(at, count).rowwise() - axes.centre.transpose();
    multiply(dense, axes.loadings, projected);
    out.middleRows(at, count) = projected;
  }
  return out;
}

CellPoints::CellPoints(ScreenCells const& cells)
    : cells_(cells.cells), column_of_gene_(columns_of(cells.gene_numbers, cells.genes)) {
  axes_.centre = Vector::Zero(static_cast<Eigen::Index>(cells.gene_numbers.size()));
}

CellPoints::CellPoints(ScreenCells const& cells, PrincipalAxes axes)
    : cells_(cells.cells),
      axes_(std::move(axes)),
      column_of_gene_(columns_of(axes_.genes, cells.genes)) {}

Eigen::Index CellPoints::dimensions() const {
  return axes_.genes.empty() ? axes_.centre.size() : axes_.loadings.cols();
}

Matrix CellPoints::row(std::size_t row) const {
  auto const first = cells_.starts()[row], last = cells_.starts()[row + 1];
  Matrix out(last - first, dimensions()), dense, projected;
  MatrixBlock block;
  for (auto at = first; at < last; at += block_cells) {
    auto const end = std::min(at + block_cells, last);
    cells_.read(at, end, block);
    densify(block, column_of_gene_, axes_.centre, dense);
    if (!axes_.genes.empty()) multiply(dense, axes_.loadings, projected);
    out.middleRows(at - first, end - at) = axes_.genes.empty() ? dense : projected;
  }
  return out;
}

}  // namespace pertscale
