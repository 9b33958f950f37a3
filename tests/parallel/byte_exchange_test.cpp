// RANKS 1 2 3 4
#include "parallel/byte_exchange.hpp"

#include <catch2/catch.hpp>

using namespace pertscale;

TEST_CASE("every rank receives what each has for it, empty buffers too") {
  auto const comm = Communicator::world();
  auto const size = [](int from, int to) { return static_cast<std::size_t>(1000 * from + 7 * to); };
  std::vector<ByteBuffer> outgoing;
  for (int to = 0; to < comm.size(); ++to) {
    ByteBuffer buffer(size(comm.rank(), to));
    for (std::size_t i = 0; i < buffer.size(); ++i)
      buffer.data()[i] =
          static_cast<std::byte>(i + static_cast<std::size_t>(31 * comm.rank() + to));
    outgoing.push_back(std::move(buffer));
  }

  auto const incoming = exchange(comm, std::move(outgoing));

  REQUIRE(incoming.size() == static_cast<std::size_t>(comm.size()));
  for (int from = 0; from < comm.size(); ++from) {
    auto const& buffer = incoming[static_cast<std::size_t>(from)];
    REQUIRE(buffer.size() == size(from, comm.rank()));
    bool same = true;
    for (std::size_t i = 0; i < buffer.size(); ++i)
      same = same && buffer.data()[i] == static_cast<std::byte>(
                                             i + static_cast<std::size_t>(31 * from + comm.rank()));
    CHECK(same);
  }
}
