#include "solver/rank_sums.hpp"

#include <mpi.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/error.hpp"

namespace pertscale {

namespace {

/// Of one call; MPI counts are int.
constexpr std::size_t piece = std::size_t{1} << 24;

void check(int code) {
  if (code != MPI_SUCCESS) throw InternalError("a sum over ranks failed in MPI");
}

/// Each rank adds up one slice of everybody's values and sends the sum to all.
void sum_piece(MPI_Comm comm, int size, int rank, std::span<double> values) {
  auto const ranks = static_cast<std::size_t>(size);
  std::vector<int> counts(ranks), starts(ranks), received_counts, received_starts(ranks);
  for (std::size_t r = 0; r < ranks; ++r) {
    auto const share =
        even_share(static_cast<Eigen::Index>(values.size()), static_cast<int>(r), size);
    counts[r] = static_cast<int>(share.own);
    starts[r] = static_cast<int>(share.first);
  }
  int const mine = counts[static_cast<std::size_t>(rank)];
  received_counts.assign(ranks, mine);
  for (std::size_t r = 0; r < ranks; ++r) received_starts[r] = static_cast<int>(r) * mine;
  std::vector<double> received(ranks * static_cast<std::size_t>(mine));
  check(MPI_Alltoallv(values.data(), counts.data(), starts.data(), MPI_DOUBLE, received.data(),
                      received_counts.data(), received_starts.data(), MPI_DOUBLE, comm));
  std::vector<double> sum(received.begin(), received.begin() + mine);
  for (std::size_t r = 1; r < ranks; ++r)
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += received[r * sum.size() + i];
  check(MPI_Allgatherv(sum.data(), mine, MPI_DOUBLE, values.data(), counts.data(), starts.data(),
                       MPI_DOUBLE, comm));
}

}  // namespace

void sum_in_rank_order(Communicator const& team, std::span<double> values) {
  if (team.size() == 1) return;
  MPI_Comm const comm = MPI_Comm_f2c(team.fortran_handle());
  for (std::size_t start = 0; start < values.size(); start += piece)
    sum_piece(comm, team.size(), team.rank(),
              values.subspan(start, std::min(piece, values.size() - start)));
}

RowMatrix gather_rows(Communicator const& team, RowMatrix const& own) {
  RowMatrix out(row_span(team, own.rows()).total, own.cols());
  Eigen::Index at = 0;
  for (int r = 0; r < team.size(); ++r) {
    std::int64_t rows = own.rows();
    team.broadcast(std::as_writable_bytes(std::span(&rows, 1)), r);
    auto part = out.middleRows(at, rows);
    if (r == team.rank()) part = own;
    team.broadcast(
        std::as_writable_bytes(std::span(part.data(), static_cast<std::size_t>(part.size()))), r);
    at += rows;
  }
  return out;
}

RowSpan row_span(Communicator const& team, Eigen::Index own) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(team.size()), 0);
  rows[static_cast<std::size_t>(team.rank())] = own;
  team.sum(std::span(rows));
  RowSpan out{0, own, 0};
  for (int r = 0; r < team.size(); ++r) {
    if (r < team.rank()) out.first += rows[static_cast<std::size_t>(r)];
    out.total += rows[static_cast<std::size_t>(r)];
  }
  return out;
}

RowSpan even_share(Eigen::Index n, int rank, int size) {
  Eigen::Index const each = n / size, more = n % size;
  return {rank * each + std::min<Eigen::Index>(rank, more), each + (rank < more ? 1 : 0), n};
}

}  // namespace pertscale
