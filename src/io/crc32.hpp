#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace pertscale {

/// CRC-32 (IEEE 802.3, by libdeflate) of bytes that follow those of `before`; of the first, 0.
std::uint32_t crc32_of(std::span<std::byte const> bytes, std::uint32_t before = 0);

}  // namespace pertscale
