#pragma once
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <vector>

#include "parallel/communicator.hpp"

namespace pertscale {

/// Bytes that are not set to anything when they are made. Large ones ask for large pages, which
/// spares most of the faults of filling and reading them in scattered order.
class ByteBuffer {
 public:
  ByteBuffer() = default;
  explicit ByteBuffer(std::size_t size);

  std::byte* data() { return data_.get(); }
  std::byte const* data() const { return data_.get(); }
  std::size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(std::byte* bytes) const { std::free(bytes); }
  };
  std::unique_ptr<std::byte[], Free> data_;
  std::size_t size_ = 0;
};

/// Every rank gives one buffer for each rank and receives one from each, in rank order. The own
/// buffer is moved, others go in pieces of at most 1 GiB. Sizes may differ and be 0. Collective.
std::vector<ByteBuffer> exchange(Communicator const& comm, std::vector<ByteBuffer> outgoing);

}  // namespace pertscale
