#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/error.hpp"

namespace pertscale {

/// Values to bytes and back in the same order: what rank 0 read, sent to the others.
class Packer {
 public:
  template <class Plain>
  requires std::is_trivially_copyable_v<Plain> Packer& put(Plain const& value) {
    bytes_.append(reinterpret_cast<char const*>(&value), sizeof value);
    return *this;
  }
  Packer& put(std::string const& text) {
    put(static_cast<std::uint64_t>(text.size()));
    bytes_ += text;
    return *this;
  }
  template <class Item>
  Packer& put(std::vector<Item> const& items) {
    put(static_cast<std::uint64_t>(items.size()));
    for (auto const& item : items) put(item);
    return *this;
  }
  std::string const& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : rest_(bytes) {}

  template <class Plain>
  requires std::is_trivially_copyable_v<Plain>
  void take(Plain& value) {
    if (rest_.size() < sizeof value) throw InternalError("a packed message is too short");
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
  }
  void take(std::string& text) {
    auto const size = take<std::uint64_t>();
    if (rest_.size() < size) throw InternalError("a packed message is too short");
    text = rest_.substr(0, size);
    rest_.remove_prefix(size);
  }
  template <class Item>
  void take(std::vector<Item>& items) {
    items.resize(take<std::uint64_t>());
    for (auto& item : items) take(item);
  }
  template <class Value>
  Value take() {
    Value value{};
    take(value);
    return value;
  }

 private:
  std::string_view rest_;
};

}  // namespace pertscale
