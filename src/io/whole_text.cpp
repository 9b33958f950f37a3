#include "io/whole_text.hpp"

#include <fmt/format.h>
#include <libdeflate.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>

#include "core/error.hpp"

namespace pertscale {

/// Every member of a gzip file, one after the other. The size of a member is not known beforehand:
/// the room for it doubles until it suffices.
std::string inflated_text(std::string const& packed, std::string const& path) {
  std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> const inflater(
      libdeflate_alloc_decompressor(), &libdeflate_free_decompressor);
  std::string out;
  std::size_t at = 0, room = std::max<std::size_t>(4 * packed.size(), 4096);
  while (at < packed.size()) {
    std::size_t const before = out.size();
    out.resize(before + room);
    std::size_t read = 0, written = 0;
    auto const result =
        libdeflate_gzip_decompress_ex(inflater.get(), packed.data() + at, packed.size() - at,
                                      out.data() + before, room, &read, &written);
    bool const fits = result != LIBDEFLATE_INSUFFICIENT_SPACE;
    if (fits && result != LIBDEFLATE_SUCCESS)
      throw UserError(path + ": its gzip-compressed bytes are damaged; copy or download it again");
    out.resize(before + (fits ? written : 0));
    at += fits ? read : 0;
    if (!fits) room *= 2;
  }
  return out;
}

std::string whole_text(std::string const& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) throw UserError(path + ": cannot be read; check the path and its permissions");
  return text.starts_with("\x1f\x8b") ? inflated_text(text, path) : text;
}

}  // namespace pertscale
