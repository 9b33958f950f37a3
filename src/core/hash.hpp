#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace pertscale {

/// SHA-256 (by OpenSSL), fed piece by piece; hex() ends it.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  Sha256& add(std::string_view bytes);
  /// Adds the length first, so that ("a","bc") and ("ab","c") differ.
  Sha256& add_field(std::string_view text);
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256_hex(std::string_view bytes);

/// 64 bits of a text, for checksums of journal frames (FNV-1a).
std::uint64_t checksum64(std::string_view bytes);

}  // namespace pertscale
