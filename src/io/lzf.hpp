#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace pertscale {

/// LZF as h5py stores it (HDF5 filter 32000): decodes one block into exactly `size` bytes; false
/// where the input is damaged.
bool lzf_decode(std::span<unsigned char const> input, std::span<unsigned char> output);
/// Bytes that a block decodes into; 0 where the input ends in the middle of a run.
std::size_t lzf_decoded_size(std::span<unsigned char const> input);
/// Encodes one block; an empty result means it does not get smaller.
std::vector<unsigned char> lzf_encode(std::span<unsigned char const> input);

/// Registers filter 32000 with HDF5 (in-process, no plug-in needed).
void register_lzf_filter();

}  // namespace pertscale
