#include "io/chunk_decoder.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <cstring>

namespace pertscale {

struct DecoderBuffers {
  DecoderBuffers(std::size_t bytes, bool two)
      : inflater(libdeflate_alloc_decompressor(), &libdeflate_free_decompressor),
        first(std::make_unique_for_overwrite<unsigned char[]>(bytes)),
        second(two ? std::make_unique_for_overwrite<unsigned char[]>(bytes) : nullptr) {
    if (!inflater) throw std::bad_alloc();
  }
  std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> inflater;
  std::unique_ptr<unsigned char[]> first, second;
};

ChunkDecoder::ChunkDecoder(ChunkForm form) : form_(std::move(form)) {}
ChunkDecoder::~ChunkDecoder() = default;

void ChunkDecoder::allow(std::size_t most) {
  std::lock_guard const lock(mutex_);
  most_ = std::max<std::size_t>(1, most);
  if (free_.size() > most_) free_.resize(most_);
}

ChunkDecoder::Turn::Turn(ChunkDecoder& decoder) : decoder_(decoder) {
  std::unique_lock lock(decoder_.mutex_);
  decoder_.returned_.wait(lock, [this] { return decoder_.out_ < decoder_.most_; });
  if (!decoder_.free_.empty()) {
    buffers_ = std::move(decoder_.free_.back());
    decoder_.free_.pop_back();
  } else {
    buffers_ = std::make_unique<DecoderBuffers>(decoder_.form_.bytes, decoder_.form_.shuffled);
  }
  ++decoder_.out_;
}

ChunkDecoder::Turn::~Turn() {
  {
    std::lock_guard const lock(decoder_.mutex_);
    decoder_.free_.push_back(std::move(buffers_));
    --decoder_.out_;
  }
  decoder_.returned_.notify_one();
}

char const* ChunkDecoder::Turn::decode(std::span<unsigned char const> bytes, std::uint32_t mask) {
  ChunkForm const& form = decoder_.form_;
  auto* const first = buffers_->first.get();
  if (bytes.empty()) {
    if (form.fill_value.empty()) std::memset(first, 0, form.bytes);
    for (std::size_t at = 0; !form.fill_value.empty() && at < form.bytes; at += form.value_bytes)
      std::memcpy(first + at, form.fill_value.data(), form.value_bytes);
    return reinterpret_cast<char const*>(first);
  }
  std::uint32_t const gzip_bit = form.shuffled ? 2 : 1;
  if ((mask & gzip_bit) != 0) {
    if (bytes.size() != form.bytes) return nullptr;
    std::memcpy(first, bytes.data(), form.bytes);
  } else if (libdeflate_zlib_decompress(buffers_->inflater.get(), bytes.data(), bytes.size(), first,
                                        form.bytes, nullptr) != LIBDEFLATE_SUCCESS) {
    return nullptr;
  }
  if (!form.shuffled || (mask & 1U) != 0) return reinterpret_cast<char const*>(first);
  auto* const second = buffers_->second.get();
  unshuffle(first, form.bytes / form.value_bytes, form.value_bytes, second);
  return reinterpret_cast<char const*>(second);
}

namespace {

template <std::size_t Bytes>
void unshuffle_fixed(unsigned char const* from, std::size_t count, unsigned char* to) {
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t b = 0; b < Bytes; ++b) to[i * Bytes + b] = from[b * count + i];
}

}  // namespace

void unshuffle(unsigned char const* from, std::size_t count, std::size_t value_bytes,
               unsigned char* to) {
  switch (value_bytes) {
    case 1: std::memcpy(to, from, count); return;
    case 2: unshuffle_fixed<2>(from, count, to); return;
    case 4: unshuffle_fixed<4>(from, count, to); return;
    case 8: unshuffle_fixed<8>(from, count, to); return;
    default:
      for (std::size_t i = 0; i < count; ++i)
        for (std::size_t b = 0; b < value_bytes; ++b) to[i * value_bytes + b] = from[b * count + i];
  }
}

}  // namespace pertscale
