#include "io/lzf.hpp"

#include <hdf5.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace pertscale {

namespace {

constexpr H5Z_filter_t lzf_id = 32000;

/// HDF5's filter callback: `buffer` is malloc'ed and may be replaced; 0 means failure.
std::size_t lzf_filter(unsigned flags, std::size_t count, unsigned const* parameters,
                       std::size_t bytes, std::size_t* capacity, void** buffer) {
  std::span<unsigned char const> const input(static_cast<unsigned char*>(*buffer), bytes);
  if ((flags & H5Z_FLAG_REVERSE) == 0) {
    auto const packed = lzf_encode(input);
    if (packed.empty()) return 0;  // the filter is optional: HDF5 stores the chunk as it is
    std::memcpy(*buffer, packed.data(), packed.size());
    return packed.size();
  }
  // h5py stores the chunk's size in the third parameter, but none at all for texts
  std::size_t const size =
      count >= 3 && parameters[2] != 0 ? parameters[2] : lzf_decoded_size(input);
  if (size == 0) return 0;
  auto* const out = static_cast<unsigned char*>(std::malloc(size));
  if (out == nullptr) return 0;
  if (!lzf_decode(input, {out, size})) {
    std::free(out);
    return 0;
  }
  std::free(*buffer);
  *buffer = out;
  *capacity = size;
  return size;
}

}  // namespace

std::size_t lzf_decoded_size(std::span<unsigned char const> input) {
  std::size_t in = 0, size = 0;
  while (in < input.size()) {
    std::size_t const control = input[in++];
    std::size_t length = control >> 5U;
    if (control < 32) {
      size += control + 1;
      in += control + 1;
      continue;
    }
    if (length == 7 && in < input.size()) length += input[in++];
    size += length + 2;
    ++in;
  }
  return in == input.size() ? size : 0;
}

bool lzf_decode(std::span<unsigned char const> input, std::span<unsigned char> output) {
  std::size_t in = 0, out = 0;
  while (in < input.size()) {
    unsigned const control = input[in++];
    if (control < 32) {  // a run of literals
      std::size_t const length = control + 1;
      if (in + length > input.size() || out + length > output.size()) return false;
      std::memcpy(output.data() + out, input.data() + in, length);
      in += length;
      out += length;
      continue;
    }
    std::size_t length = control >> 5;
    if (length == 7) {
      if (in >= input.size()) return false;
      length += input[in++];
    }
    if (in >= input.size()) return false;
    std::size_t const distance = ((control & 31U) << 8) + input[in++] + 1;
    length += 2;
    if (distance > out || out + length > output.size()) return false;
    for (std::size_t i = 0; i < length; ++i, ++out) output[out] = output[out - distance];
  }
  return out == output.size();
}

std::vector<unsigned char> lzf_encode(std::span<unsigned char const> input) {
  std::vector<unsigned char> packed;
  std::array<std::uint32_t, 1U << 14> last{};  // position + 1 of the latest triple with this hash
  std::size_t literals = 0;                    // pending, ending at `at`
  std::size_t at = 0;
  auto const flush = [&] {
    while (literals > 0) {
      std::size_t const run = literals < 32 ? literals : 32;
      packed.push_back(static_cast<unsigned char>(run - 1));
      auto const start = input.begin() + static_cast<std::ptrdiff_t>(at - literals);
      packed.insert(packed.end(), start, start + static_cast<std::ptrdiff_t>(run));
      literals -= run;
    }
  };
  while (at < input.size()) {
    std::size_t length = 0, distance = 0;
    if (at + 3 <= input.size()) {
      std::uint32_t const triple = input[at] | (input[at + 1] << 8U) | (input[at + 2] << 16U);
      std::uint32_t& slot = last[(triple * 2654435761U) >> 18U];
      if (slot > 0 && at - (slot - 1) <= 8192) {
        std::size_t const from = slot - 1;
        std::size_t const most = std::min<std::size_t>(264, input.size() - at);
        while (length < most && input[from + length] == input[at + length]) ++length;
        distance = at - from;
      }
      slot = static_cast<std::uint32_t>(at + 1);
    }
    if (length < 3) {
      ++literals;
      ++at;
      continue;
    }
    flush();
    std::size_t const code = length - 2, back = distance - 1;
    packed.push_back(static_cast<unsigned char>(((code < 7 ? code : 7) << 5U) | (back >> 8U)));
    if (code >= 7) packed.push_back(static_cast<unsigned char>(code - 7));
    packed.push_back(static_cast<unsigned char>(back & 255U));
    at += length;
    if (packed.size() >= input.size()) return {};
  }
  flush();
  if (packed.size() >= input.size()) return {};
  return packed;
}

void register_lzf_filter() {
  H5Z_class2_t const filter{H5Z_CLASS_T_VERS, lzf_id, 1, 1, "lzf", nullptr, nullptr, lzf_filter};
  if (H5Zfilter_avail(lzf_id) <= 0) H5Zregister(&filter);
}

}  // namespace pertscale
