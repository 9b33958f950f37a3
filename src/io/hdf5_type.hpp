#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "io/hdf5_handle.hpp"

namespace pertscale {

/// The type of a dataset's elements, as far as screens need it.
struct ElementType {
  enum class Kind { integer, floating, boolean, text, compound, other };
  Kind kind = Kind::other;
  std::size_t bytes = 0;  ///< of one element in memory, once read
  bool is_signed = true;  ///< of integers
  bool variable = false;  ///< of texts: read as TextPlace, else of fixed length
  std::string name;       ///< as people say it: "float32", "int64", "bool", "text", "complex" ...

  bool number() const {
    return kind == Kind::integer || kind == Kind::floating || kind == Kind::boolean;
  }
};

/// Longest text of fixed length that is believed, in bytes.
inline constexpr std::size_t longest_text = std::size_t{1} << 20U;

/// What a file's type is. Floats of less than 4 bytes are read as float32, of more than 8 as
/// float64; booleans (HDF5 enums FALSE, TRUE) as 8-bit integers.
ElementType element_type(std::int64_t file_type);

/// The type to read such elements with. An invalid handle where the kind is compound or other.
Hdf5Handle memory_type(std::int64_t file_type, ElementType const& element);

/// A text of fixed length without its padding.
std::string fixed_text(std::int64_t file_type, std::span<char const> bytes);

/// Calls `action` with a value of the C++ type that numbers of this type are read as.
template <class Action>
void with_number_type(ElementType const& type, Action&& action) {
  if (type.kind == ElementType::Kind::floating)
    return type.bytes == 4 ? action(float{}) : action(double{});
  switch (type.bytes) {
    case 1: return type.is_signed ? action(std::int8_t{}) : action(std::uint8_t{});
    case 2: return type.is_signed ? action(std::int16_t{}) : action(std::uint16_t{});
    case 4: return type.is_signed ? action(std::int32_t{}) : action(std::uint32_t{});
    default: return type.is_signed ? action(std::int64_t{}) : action(std::uint64_t{});
  }
}

}  // namespace pertscale
