#include "parallel/byte_exchange.hpp"

#include <mpi.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "core/error.hpp"

namespace pertscale {

namespace {

constexpr std::size_t piece = std::size_t{1} << 30;
constexpr int exchange_tag = 7301;

void check(int code) {
  if (code != MPI_SUCCESS) throw InternalError("an exchange between ranks failed in MPI");
}

/// Starts `call` for every piece of a buffer.
template <class Call>
void in_pieces(std::size_t size, std::vector<MPI_Request>& requests, Call&& call) {
  for (std::size_t start = 0; start < size; start += piece) {
    requests.push_back(MPI_REQUEST_NULL);
    check(call(start, static_cast<int>(std::min(piece, size - start)), &requests.back()));
  }
}

}  // namespace

std::vector<ByteBuffer> exchange(Communicator const& comm,
                                 std::vector<std::vector<ByteBuffer>> outgoing) {
  auto const ranks = static_cast<std::size_t>(comm.size());
  auto const self = static_cast<std::size_t>(comm.rank());
  if (outgoing.size() != ranks) throw InternalError("an exchange needs one list for each rank");
  std::size_t const length = outgoing[self].size();
  std::vector<ByteBuffer> incoming(ranks * length);
  for (std::size_t i = 0; i < length; ++i)
    incoming[self * length + i] = std::move(outgoing[self][i]);
  if (ranks == 1 || length == 0) return incoming;

  MPI_Comm const mpi = MPI_Comm_f2c(comm.fortran_handle());
  std::vector<std::uint64_t> sent(ranks * length, 0), expected(ranks * length);
  for (std::size_t r = 0; r < ranks; ++r)
    for (std::size_t i = 0; i < length && r != self; ++i)
      sent[r * length + i] = outgoing[r].at(i).size();
  int const count = static_cast<int>(length);
  check(MPI_Alltoall(sent.data(), count, MPI_UINT64_T, expected.data(), count, MPI_UINT64_T, mpi));
  std::vector<MPI_Request> requests;
  for (std::size_t step = 1; step < ranks; ++step) {
    std::size_t const from = (self + ranks - step) % ranks;
    for (std::size_t i = from * length; i < (from + 1) * length; ++i) {
      incoming[i] = ByteBuffer(expected[i]);
      in_pieces(expected[i], requests, [&](std::size_t start, int bytes, MPI_Request* request) {
        return MPI_Irecv(incoming[i].data() + start, bytes, MPI_BYTE, static_cast<int>(from),
                         exchange_tag, mpi, request);
      });
    }
  }
  for (std::size_t step = 1; step < ranks; ++step) {
    std::size_t const to = (self + step) % ranks;
    for (auto const& buffer : outgoing[to])
      in_pieces(buffer.size(), requests, [&](std::size_t start, int bytes, MPI_Request* request) {
        return MPI_Isend(buffer.data() + start, bytes, MPI_BYTE, static_cast<int>(to), exchange_tag,
                         mpi, request);
      });
  }
  check(MPI_Waitall(static_cast<int>(requests.size()), requests.data(), MPI_STATUSES_IGNORE));
  return incoming;
}

}  // namespace pertscale
