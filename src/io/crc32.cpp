#include "io/crc32.hpp"

#include <libdeflate.h>

namespace pertscale {

std::uint32_t crc32_of(std::span<std::byte const> bytes, std::uint32_t before) {
  // libdeflate takes an empty range without a place for "start anew"
  return bytes.empty() ? before : libdeflate_crc32(before, bytes.data(), bytes.size());
}

}  // namespace pertscale
