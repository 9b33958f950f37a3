#include "io/lzf.hpp"

#include <catch2/catch.hpp>

#include "core/random.hpp"

using namespace pertscale;

namespace {

using Bytes = std::vector<unsigned char>;

/// Bytes below `letters`, repeated after `period` (0: never).
Bytes sample(std::size_t size, std::uint64_t letters, std::size_t period, std::uint64_t seed) {
  RandomStream random(seed, "lzf");
  Bytes out(size);
  for (std::size_t i = 0; i < size; ++i)
    out[i] = period > 0 && i >= period ? out[i - period]
                                       : static_cast<unsigned char>(random.below(letters));
  return out;
}

}  // namespace

TEST_CASE("lzf gives back what it packed") {
  for (std::size_t const size : {1U, 2U, 3U, 31U, 32U, 33U, 264U, 265U, 8192U, 100'000U})
    for (std::uint64_t const letters : {1U, 2U, 4U, 16U, 256U})
      for (std::size_t const period : {0U, 1U, 7U, 300U, 8191U, 8192U, 8193U}) {
        INFO("size " << size << ", letters " << letters << ", period " << period);
        Bytes const input = sample(size, letters, period, size + period);
        Bytes const packed = lzf_encode(input);
        if (packed.empty()) continue;  // it does not get smaller
        CHECK(packed.size() < input.size());
        Bytes output(input.size());
        CHECK(lzf_decoded_size(packed) == input.size());
        CHECK(lzf_decode(packed, output));
        CHECK(output == input);
      }
}

TEST_CASE("lzf packs what repeats and leaves noise alone") {
  CHECK(lzf_encode(sample(100'000, 256, 7, 1)).size() < 3000);
  CHECK(lzf_encode(sample(100'000, 256, 0, 1)).empty());
  CHECK(lzf_encode({}).empty());
}

TEST_CASE("damaged lzf is told, never read beyond its ends") {
  Bytes const input = sample(5000, 4, 0, 3);
  Bytes const packed = lzf_encode(input);
  REQUIRE(!packed.empty());
  Bytes output(input.size());
  for (std::size_t cut = 0; cut < packed.size(); ++cut)
    CHECK_FALSE(lzf_decode({packed.data(), cut}, output));
  CHECK(lzf_decoded_size({packed.data(), packed.size() - 1}) != input.size());
  Bytes shorter(input.size() - 1), longer(input.size() + 1);
  CHECK_FALSE(lzf_decode(packed, shorter));
  CHECK_FALSE(lzf_decode(packed, longer));
  CHECK_FALSE(lzf_decode(Bytes{0x20, 0x05}, output));  // points before the start
  RandomStream random(5, "damage");
  for (int i = 0; i < 2000; ++i) {  // anything may come out, but nothing is overrun
    Bytes broken = packed;
    broken[random.below(broken.size())] ^= static_cast<unsigned char>(1 + random.below(255));
    lzf_decode(broken, output);
  }
}
