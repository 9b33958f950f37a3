// RANKS 1 2 3 4
#include "parallel/byte_exchange.hpp"

#include <catch2/catch.hpp>

using namespace pertscale;

namespace {

constexpr std::size_t length = 3;

std::size_t size_of(int from, int to, std::size_t i) {
  return 1000 * static_cast<std::size_t>(from) + 7 * static_cast<std::size_t>(to) + 5 * i;
}

std::byte byte_of(int from, int to, std::size_t i, std::size_t at) {
  return static_cast<std::byte>(at + static_cast<std::size_t>(31 * from + to) + 3 * i);
}

}  // namespace

TEST_CASE("every rank receives what each has for it, empty buffers too") {
  auto const comm = Communicator::world();
  auto const ranks = static_cast<std::size_t>(comm.size());
  std::vector<std::vector<ByteBuffer>> outgoing(ranks);
  for (int to = 0; to < comm.size(); ++to)
    for (std::size_t i = 0; i < length; ++i) {
      ByteBuffer buffer(size_of(comm.rank(), to, i));
      for (std::size_t at = 0; at < buffer.size(); ++at)
        buffer.data()[at] = byte_of(comm.rank(), to, i, at);
      outgoing[static_cast<std::size_t>(to)].push_back(std::move(buffer));
    }

  auto const incoming = exchange(comm, std::move(outgoing));

  REQUIRE(incoming.size() == ranks * length);
  for (int from = 0; from < comm.size(); ++from)
    for (std::size_t i = 0; i < length; ++i) {
      auto const& buffer = incoming[static_cast<std::size_t>(from) * length + i];
      REQUIRE(buffer.size() == size_of(from, comm.rank(), i));
      bool same = true;
      for (std::size_t at = 0; at < buffer.size(); ++at)
        same = same && buffer.data()[at] == byte_of(from, comm.rank(), i, at);
      CHECK(same);
    }
  CHECK(exchange(comm, std::vector<std::vector<ByteBuffer>>(ranks)).empty());
}
