#include "solver/team_linear_algebra.hpp"

#include <algorithm>
#include <cstdint>
#include <exception>

#include "solver/products.hpp"
#include "solver/spd_solve_scalapack.hpp"
#include "solver/truncated_svd_slepc.hpp"

namespace pertscale {

namespace {

/// Of a piece of a Gram matrix: columns of a tile, rows of a block. A piece is 512 KiB.
constexpr Eigen::Index tile = 256, row_block = 4096;

/// The pieces of A' A: tile (i, j) of the lower half, rows from `first_row`; all rows of one tile
/// follow each other.
struct GramPiece {
  Eigen::Index i, j, first_row;
};

std::vector<GramPiece> pieces_of(Eigen::Index rows, Eigen::Index columns) {
  std::vector<GramPiece> pieces;
  for (Eigen::Index i = 0; i < columns; i += tile)
    for (Eigen::Index j = 0; j <= i; j += tile)
      for (Eigen::Index row = 0; row < rows; row += row_block) pieces.push_back({i, j, row});
  return pieces;
}

}  // namespace

TruncatedSvd TeamLinearAlgebra::svd(Eigen::Ref<Eigen::MatrixXd const> const& matrix,
                                    Eigen::Index rank) const {
  return truncated_svd_slepc(team_, matrix, rank);
}

std::optional<Eigen::MatrixXd> TeamLinearAlgebra::solve_spd(Eigen::MatrixXd const& a, double lambda,
                                                            Eigen::MatrixXd const& b) const {
  return spd_solve_scalapack(team_, a, lambda, b);
}

Eigen::MatrixXd TeamLinearAlgebra::gram(Eigen::Ref<Eigen::MatrixXd const> const& matrix) const {
  Eigen::Index const rows = matrix.rows(), columns = matrix.cols();
  auto const pieces = pieces_of(rows, columns);
  auto const width = [&](Eigen::Index first) { return std::min(tile, columns - first); };
  Eigen::MatrixXd out = Eigen::MatrixXd::Zero(columns, columns);

  // In batches, so that few results wait to be sent; the batches do not change the sums.
  std::size_t const batch = 16 * static_cast<std::size_t>(members());
  for (std::size_t first = 0; first < pieces.size(); first += batch) {
    auto const work = [&](std::size_t at) {
      auto const& piece = pieces[first + at];
      Eigen::Index const height = std::min(row_block, rows - piece.first_row);
      RowMatrix const a =
          matrix.block(piece.first_row, piece.i, height, width(piece.i)).transpose();
      RowMatrix const b =
          matrix.block(piece.first_row, piece.j, height, width(piece.j)).transpose();
      RowMatrix product;
      multiply_transposed(a, b, product);
      return std::vector<double>(product.data(), product.data() + product.size());
    };
    auto const take = [&](std::size_t at, std::span<double const> values) {
      auto const& piece = pieces[first + at];
      out.block(piece.i, piece.j, width(piece.i), width(piece.j)) +=
          Eigen::Map<RowMatrix const>(values.data(), width(piece.i), width(piece.j));
    };
    share(std::min(batch, pieces.size() - first), work, take);
  }
  out.triangularView<Eigen::StrictlyUpper>() = out.transpose();
  return out;
}

void TeamLinearAlgebra::share(
    std::size_t count, std::function<std::vector<double>(std::size_t)> const& work,
    std::function<void(std::size_t, std::span<double const>)> const& take) const {
  auto const ranks = static_cast<std::size_t>(members());
  std::vector<std::vector<double>> mine;
  agree(team_, [&] {
    for (auto i = static_cast<std::size_t>(member()); i < count; i += ranks)
      mine.push_back(work(i));
  });
  // Every result is sent even when taking one has failed here: the others take part.
  std::exception_ptr failure;
  for (std::size_t i = 0; i < count; ++i) {
    int const from = static_cast<int>(i % ranks);
    std::vector<double> result;
    if (from == member()) result = std::move(mine[i / ranks]);
    std::uint64_t size = result.size();
    team_.broadcast(std::as_writable_bytes(std::span(&size, 1)), from);
    result.resize(size);
    team_.broadcast(std::as_writable_bytes(std::span(result)), from);
    if (failure) continue;
    try {
      take(i, result);
    } catch (...) {
      failure = std::current_exception();
    }
  }
  agree(team_, [&] {
    if (failure) std::rethrow_exception(failure);
  });
}

}  // namespace pertscale
