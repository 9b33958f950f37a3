#include "io/hdf5_type.hpp"

#include <fmt/format.h>
#include <hdf5.h>

#include <string_view>

#include "io/hdf5_text_heap.hpp"

namespace pertscale {

namespace {

using Kind = ElementType::Kind;

ElementType integer_type(hid_t type) {
  std::size_t const bytes = H5Tget_size(type);
  bool const is_signed = H5Tget_sign(type) == H5T_SGN_2;
  ElementType out{Kind::integer, bytes, is_signed, false, ""};
  out.name = fmt::format("{}int{}", is_signed ? "" : "u", 8 * bytes);
  if (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8) out.kind = Kind::other;
  return out;
}

ElementType enum_type(hid_t type) {
  signed char value = 0;
  Hdf5Handle const base(H5Tget_super(type));
  bool const known = H5Tget_size(type) == 1 && H5Tget_nmembers(type) == 2 &&
                     H5Tenum_valueof(type, "FALSE", &value) >= 0 && value == 0 &&
                     H5Tenum_valueof(type, "TRUE", &value) >= 0 && value == 1;
  if (known) return {Kind::boolean, 1, true, false, "bool"};
  return {Kind::other, 0, true, false, "enum"};
}

ElementType compound_type(hid_t type) {
  ElementType out{Kind::compound, 0, true, false, "compound"};
  if (H5Tget_nmembers(type) == 2 && H5Tget_member_index(type, "r") >= 0 &&
      H5Tget_member_index(type, "i") >= 0)
    out.name = "complex";
  return out;
}

hid_t native_integer(ElementType const& element) {
  switch (element.bytes) {
    case 1: return element.is_signed ? H5T_NATIVE_INT8 : H5T_NATIVE_UINT8;
    case 2: return element.is_signed ? H5T_NATIVE_INT16 : H5T_NATIVE_UINT16;
    case 4: return element.is_signed ? H5T_NATIVE_INT32 : H5T_NATIVE_UINT32;
    default: return element.is_signed ? H5T_NATIVE_INT64 : H5T_NATIVE_UINT64;
  }
}

}  // namespace

ElementType element_type(std::int64_t file_type) {
  std::size_t const size = H5Tget_size(file_type);
  switch (H5Tget_class(file_type)) {
    case H5T_INTEGER: return integer_type(file_type);
    case H5T_FLOAT:
      return {Kind::floating, size <= 4 ? std::size_t{4} : std::size_t{8}, true, false,
              fmt::format("float{}", 8 * size)};
    case H5T_ENUM: return enum_type(file_type);
    case H5T_COMPOUND: return compound_type(file_type);
    case H5T_STRING:
      if (H5Tis_variable_str(file_type) > 0)
        return {Kind::text, text_place_bytes, true, true, "text"};
      return {Kind::text, size, true, false, "text"};
    case H5T_REFERENCE: return {Kind::other, 0, true, false, "reference"};
    case H5T_VLEN: return {Kind::other, 0, true, false, "list"};
    case H5T_OPAQUE: return {Kind::other, 0, true, false, "opaque bytes"};
    case H5T_ARRAY: return {Kind::other, 0, true, false, "array"};
    default: return {Kind::other, 0, true, false, "an unknown type"};
  }
}

Hdf5Handle memory_type(std::int64_t file_type, ElementType const& element) {
  switch (element.kind) {
    case Kind::integer: return Hdf5Handle(H5Tcopy(native_integer(element)));
    case Kind::boolean: return Hdf5Handle(H5Tcopy(H5T_NATIVE_INT8));
    case Kind::floating:
      return Hdf5Handle(H5Tcopy(element.bytes == 4 ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE));
    case Kind::text: return element.variable ? text_place_type() : Hdf5Handle(H5Tcopy(file_type));
    default: return Hdf5Handle();
  }
}

std::string fixed_text(std::int64_t file_type, std::span<char const> bytes) {
  std::string_view const text(bytes.data(), bytes.size());
  H5T_str_t const padding = H5Tget_strpad(file_type);
  if (padding == H5T_STR_NULLTERM) return std::string(text.substr(0, text.find('\0')));
  char const pad = padding == H5T_STR_SPACEPAD ? ' ' : '\0';
  return std::string(text.substr(0, text.find_last_not_of(pad) + 1));
}

}  // namespace pertscale
