#pragma once
#include <cstddef>
#include <memory>
#include <vector>

#include "parallel/communicator.hpp"

namespace pertscale {

/// Bytes that are not set to anything when they are made.
class ByteBuffer {
 public:
  ByteBuffer() = default;
  explicit ByteBuffer(std::size_t size) : data_(new std::byte[size]), size_(size) {}

  std::byte* data() { return data_.get(); }
  std::byte const* data() const { return data_.get(); }
  std::size_t size() const { return size_; }

 private:
  std::unique_ptr<std::byte[]> data_;
  std::size_t size_ = 0;
};

/// Every rank gives each rank a list of buffers, all lists of one length, and receives what all
/// have for it: the lists of rank 0, 1 ... one after the other. Own buffers are moved, others go in
/// pieces of at most 1 GiB. Sizes may differ and be 0. Collective.
std::vector<ByteBuffer> exchange(Communicator const& comm,
                                 std::vector<std::vector<ByteBuffer>> outgoing);

}  // namespace pertscale
