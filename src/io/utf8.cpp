#include "io/utf8.hpp"

#include <cstdint>

namespace pertscale {

namespace {

/// Bytes that follow a first byte, or -1 where it cannot start a character.
int followers(unsigned char byte) {
  if (byte < 0x80) return 0;
  if (byte >= 0xC2 && byte <= 0xDF) return 1;
  if (byte >= 0xE0 && byte <= 0xEF) return 2;
  if (byte >= 0xF0 && byte <= 0xF4) return 3;
  return -1;
}

bool in_range(std::uint32_t code, int count) {
  if (count == 2) return code >= 0x800 && (code < 0xD800 || code > 0xDFFF);
  if (count == 3) return code >= 0x10000 && code <= 0x10FFFF;
  return true;
}

}  // namespace

bool is_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    auto const byte = static_cast<unsigned char>(text[at++]);
    int const count = followers(byte);
    if (count < 0 || at + static_cast<std::size_t>(count) > text.size()) return false;
    std::uint32_t code = count == 0 ? byte : byte & (0x3FU >> static_cast<unsigned>(count));
    for (int i = 0; i < count; ++i) {
      auto const next = static_cast<unsigned char>(text[at++]);
      if ((next & 0xC0U) != 0x80U) return false;
      code = (code << 6U) | (next & 0x3FU);
    }
    if (!in_range(code, count)) return false;
  }
  return true;
}

}  // namespace pertscale
