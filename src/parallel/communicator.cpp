#include "parallel/communicator.hpp"

#include <fmt/format.h>
#include <mpi.h>

#include <algorithm>
#include <exception>
#include <limits>

#include "core/error.hpp"
#include "core/text.hpp"

namespace pertscale {

namespace {

/// The largest piece of one MPI call, in elements; counts are int in MPI 3.
constexpr std::size_t piece = std::size_t{1} << 26;
/// Of a reduction: MPI keeps a buffer as large as what is reduced at once.
constexpr std::size_t reduced_piece = std::size_t{1} << 20;

void check(int code, char const* call) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING];
  int length = 0;
  MPI_Error_string(code, text, &length);
  throw InternalError(
      fmt::format("{}: {}", call, std::string(text, static_cast<std::size_t>(length))));
}

int checked_count(std::size_t count) {
  if (count > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    throw InternalError(
        fmt::format("an MPI message of {} elements is too long for one call", count));
  return static_cast<int>(count);
}

}  // namespace

struct Communicator::Handle {
  MPI_Comm comm;
  explicit Handle(MPI_Comm c) : comm(c) {}
  Handle(Handle const&) = delete;
  Handle& operator=(Handle const&) = delete;
  ~Handle() {
    if (std::uncaught_exceptions() == 0 && comm != MPI_COMM_NULL) MPI_Comm_free(&comm);
  }
};

Communicator::Communicator(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Communicator::Communicator(Communicator&&) noexcept = default;
Communicator& Communicator::operator=(Communicator&&) noexcept = default;
Communicator::~Communicator() = default;

Communicator Communicator::world() {
  MPI_Comm comm = MPI_COMM_NULL;
  check(MPI_Comm_dup(MPI_COMM_WORLD, &comm), "MPI_Comm_dup");
  return Communicator(std::make_unique<Handle>(comm));
}

Communicator Communicator::self() {
  MPI_Comm comm = MPI_COMM_NULL;
  check(MPI_Comm_dup(MPI_COMM_SELF, &comm), "MPI_Comm_dup");
  return Communicator(std::make_unique<Handle>(comm));
}

Communicator Communicator::duplicate() const {
  MPI_Comm comm = MPI_COMM_NULL;
  check(MPI_Comm_dup(handle_->comm, &comm), "MPI_Comm_dup");
  return Communicator(std::make_unique<Handle>(comm));
}

Communicator Communicator::split(int color) const {
  MPI_Comm comm = MPI_COMM_NULL;
  check(MPI_Comm_split(handle_->comm, color, rank(), &comm), "MPI_Comm_split");
  return Communicator(std::make_unique<Handle>(comm));
}

int Communicator::rank() const {
  int rank = 0;
  MPI_Comm_rank(handle_->comm, &rank);
  return rank;
}

int Communicator::size() const {
  int size = 1;
  MPI_Comm_size(handle_->comm, &size);
  return size;
}

int Communicator::ranks_on_node() const {
  MPI_Comm node = MPI_COMM_NULL;
  check(MPI_Comm_split_type(handle_->comm, MPI_COMM_TYPE_SHARED, rank(), MPI_INFO_NULL, &node),
        "MPI_Comm_split_type");
  Communicator const owner(std::make_unique<Handle>(node));
  return owner.size();
}

int Communicator::fortran_handle() const { return MPI_Comm_c2f(handle_->comm); }

void Communicator::barrier() const { check(MPI_Barrier(handle_->comm), "MPI_Barrier"); }

void Communicator::broadcast(std::span<std::byte> bytes, int root) const {
  for (std::size_t start = 0; start < bytes.size(); start += piece) {
    auto const part = bytes.subspan(start, std::min(piece, bytes.size() - start));
    check(MPI_Bcast(part.data(), checked_count(part.size()), MPI_BYTE, root, handle_->comm),
          "MPI_Bcast");
  }
}

void Communicator::broadcast(std::string& bytes, int root) const {
  std::uint64_t size = bytes.size();
  check(MPI_Bcast(&size, 1, MPI_UINT64_T, root, handle_->comm), "MPI_Bcast");
  bytes.resize(size);
  broadcast(std::as_writable_bytes(std::span(bytes.data(), bytes.size())), root);
}

namespace {

template <class Integer>
void sum_all(std::span<Integer> values, MPI_Datatype type, MPI_Comm comm) {
  for (std::size_t start = 0; start < values.size(); start += reduced_piece) {
    auto const part = values.subspan(start, std::min(reduced_piece, values.size() - start));
    check(MPI_Allreduce(MPI_IN_PLACE, part.data(), checked_count(part.size()), type, MPI_SUM, comm),
          "MPI_Allreduce");
  }
}

template <class Integer>
void sum_at(std::span<Integer> values, MPI_Datatype type, int root, MPI_Comm comm) {
  int rank = 0;
  MPI_Comm_rank(comm, &rank);
  for (std::size_t start = 0; start < values.size(); start += reduced_piece) {
    auto const part = values.subspan(start, std::min(reduced_piece, values.size() - start));
    void const* const send = rank == root ? MPI_IN_PLACE : static_cast<void const*>(part.data());
    check(MPI_Reduce(send, part.data(), checked_count(part.size()), type, MPI_SUM, root, comm),
          "MPI_Reduce");
  }
}

}  // namespace

void Communicator::sum(std::span<std::int64_t> values) const {
  sum_all(values, MPI_INT64_T, handle_->comm);
}
void Communicator::sum(std::span<std::int32_t> values) const {
  sum_all(values, MPI_INT32_T, handle_->comm);
}
void Communicator::sum_to(std::span<std::int64_t> values, int root) const {
  sum_at(values, MPI_INT64_T, root, handle_->comm);
}
void Communicator::sum_to(std::span<std::int32_t> values, int root) const {
  sum_at(values, MPI_INT32_T, root, handle_->comm);
}

double Communicator::max(double value) const {
  check(MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_MAX, handle_->comm),
        "MPI_Allreduce");
  return value;
}

double Communicator::min(double value) const { return -max(-value); }

std::int64_t Communicator::max(std::int64_t value) const {
  check(MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_INT64_T, MPI_MAX, handle_->comm),
        "MPI_Allreduce");
  return value;
}

bool Communicator::any(bool value) const { return max(std::int64_t{value ? 1 : 0}) != 0; }

std::vector<std::string> Communicator::gather(std::string const& text) const {
  int const count = checked_count(text.size());
  std::vector<int> counts(static_cast<std::size_t>(size())), starts(counts.size());
  check(MPI_Allgather(&count, 1, MPI_INT, counts.data(), 1, MPI_INT, handle_->comm),
        "MPI_Allgather");
  std::size_t total = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    starts[i] = checked_count(total);
    total += static_cast<std::size_t>(counts[i]);
  }
  checked_count(total);
  std::string all(total, '\0');
  check(MPI_Allgatherv(text.data(), count, MPI_CHAR, all.data(), counts.data(), starts.data(),
                       MPI_CHAR, handle_->comm),
        "MPI_Allgatherv");
  std::vector<std::string> out;
  for (std::size_t i = 0; i < counts.size(); ++i)
    out.push_back(
        all.substr(static_cast<std::size_t>(starts[i]), static_cast<std::size_t>(counts[i])));
  return out;
}

void Communicator::send(std::span<std::byte const> bytes, int to, int tag) const {
  check(MPI_Send(bytes.data(), checked_count(bytes.size()), MPI_BYTE, to, tag, handle_->comm),
        "MPI_Send");
}

std::vector<std::byte> Communicator::receive(int from, int tag) const {
  MPI_Status status;
  check(MPI_Probe(from, tag, handle_->comm, &status), "MPI_Probe");
  int count = 0;
  MPI_Get_count(&status, MPI_BYTE, &count);
  std::vector<std::byte> bytes(static_cast<std::size_t>(count));
  check(MPI_Recv(bytes.data(), count, MPI_BYTE, from, tag, handle_->comm, MPI_STATUS_IGNORE),
        "MPI_Recv");
  return bytes;
}

int Communicator::probe(int tag) const {
  int waiting = 0;
  MPI_Status status;
  check(MPI_Iprobe(MPI_ANY_SOURCE, tag, handle_->comm, &waiting, &status), "MPI_Iprobe");
  return waiting != 0 ? status.MPI_SOURCE : -1;
}

namespace {

/// One letter for the kind of failure, then the sentences a line each; empty when all went well.
std::string outcome_of(std::function<void()> const& work) {
  try {
    work();
    return {};
  } catch (UserError const& error) {
    return "u" + std::string(error.what());
  } catch (Stopped const& stop) {
    return "s" + std::string(stop.what());
  } catch (std::exception const& error) {
    return "b" + std::string(error.what());
  } catch (...) {
    return "ban exception of no known type";
  }
}

void raise(std::string const& outcome) {
  std::string const text = outcome.substr(1);
  if (outcome[0] == 'u') throw UserError(split(text, '\n'));
  if (outcome[0] == 's') throw Stopped(text);
  throw InternalError(text);
}

}  // namespace

void agree(Communicator const& comm, std::function<void()> const& work) {
  std::string const mine = outcome_of(work);
  auto const failed_rank = mine.empty() ? comm.size() : comm.rank();
  auto const lowest = static_cast<int>(comm.min(static_cast<double>(failed_rank)));
  if (lowest == comm.size()) return;
  std::string outcome = mine;
  comm.broadcast(outcome, lowest);
  raise(outcome);
}

std::string on_root(Communicator const& comm, std::function<std::string()> const& work) {
  std::string result;
  agree(comm, [&] {
    if (comm.root()) result = work();
  });
  comm.broadcast(result);
  return result;
}

}  // namespace pertscale
