#pragma once
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace pertscale {

/// How the chunks of a dataset are stored.
struct ChunkForm {
  std::size_t bytes = 0;         ///< of a whole chunk, decoded
  std::size_t value_bytes = 0;   ///< of one value
  bool shuffled = false;         ///< before gzip
  std::vector<char> fill_value;  ///< of a chunk that was never written; empty: zeros
};

/// Undoes gzip and shuffle. Any number of threads may decode at once; no more than `most` of them
/// have buffers, the others wait.
class ChunkDecoder {
 public:
  explicit ChunkDecoder(ChunkForm form);
  ~ChunkDecoder();
  ChunkDecoder(ChunkDecoder const&) = delete;
  ChunkDecoder& operator=(ChunkDecoder const&) = delete;

  ChunkForm const& form() const { return form_; }
  /// Bytes of buffers that one decoding thread needs.
  std::size_t buffer_bytes() const { return form_.bytes * (form_.shuffled ? 2 : 1); }
  void allow(std::size_t most);

  /// A turn to decode; the decoded values live as long.
  class Turn {
   public:
    explicit Turn(ChunkDecoder& decoder);
    ~Turn();
    Turn(Turn const&) = delete;
    Turn& operator=(Turn const&) = delete;
    /// Values of a chunk stored as `bytes`. Bit i of HDF5's `mask`: filter i of the pipeline was
    /// left out. No bytes: the fill value. Null where the bytes are damaged.
    char const* decode(std::span<unsigned char const> bytes, std::uint32_t mask);

   private:
    ChunkDecoder& decoder_;
    std::unique_ptr<struct DecoderBuffers> buffers_;
  };

 private:
  ChunkForm form_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<DecoderBuffers>> free_;
  std::size_t out_ = 0, most_ = 1;
};

/// Byte b of value i, at b * count + i when shuffled, back to its place in the value.
void unshuffle(unsigned char const* from, std::size_t count, std::size_t value_bytes,
               unsigned char* to);

}  // namespace pertscale
