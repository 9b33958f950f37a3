#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace pertscale {

/// Owner of an MPI communicator. Counts are 64-bit and checked; large messages are sent in pieces.
class Communicator {
 public:
  static Communicator world();
  static Communicator self();
  Communicator(Communicator&&) noexcept;
  Communicator& operator=(Communicator&&) noexcept;
  ~Communicator();

  int rank() const;
  int size() const;
  bool root() const { return rank() == 0; }
  /// Ranks of this communicator on the machine (memory) of this one. Collective.
  int ranks_on_node() const;
  /// The number by which MPI's Fortran interface names this communicator (MPI_Comm_f2c gives it
  /// back): for rooms that hand it to a parallel library.
  int fortran_handle() const;

  /// Ranks of one colour, in rank order.
  Communicator split(int color) const;
  Communicator duplicate() const;

  void barrier() const;
  void broadcast(std::string& bytes, int root = 0) const;
  void broadcast(std::span<std::byte> bytes, int root = 0) const;
  /// Exact: integers only. The result is on every rank.
  void sum(std::span<std::int64_t> values) const;
  void sum(std::span<std::int32_t> values) const;
  /// Exact integer sums on rank `root` only; other ranks' values are left undefined.
  void sum_to(std::span<std::int64_t> values, int root = 0) const;
  void sum_to(std::span<std::int32_t> values, int root = 0) const;
  double max(double value) const;
  double min(double value) const;
  std::int64_t max(std::int64_t value) const;
  bool any(bool value) const;
  /// Every rank's text, in rank order, on every rank.
  std::vector<std::string> gather(std::string const& text) const;

  /// Point to point, for the task farm.
  void send(std::span<std::byte const> bytes, int to, int tag) const;
  std::vector<std::byte> receive(int from, int tag) const;
  /// A waiting message's sender, or -1.
  int probe(int tag) const;

 private:
  struct Handle;
  explicit Communicator(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
};

/// Runs `work` on this rank and agrees on the outcome: if it throws UserError, Stopped or anything
/// else on any rank, every rank throws that of the lowest failing rank. So no rank waits for one
/// that has failed.
void agree(Communicator const& comm, std::function<void()> const& work);

/// Runs `work` on rank 0 and broadcasts its text; failures as in `agree`.
std::string on_root(Communicator const& comm, std::function<std::string()> const& work);

}  // namespace pertscale
