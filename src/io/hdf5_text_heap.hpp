#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "io/hdf5_handle.hpp"

namespace pertscale {

/// Where a file keeps a text of variable length, as stored: 16 bytes in files with 8-byte
/// addresses.
struct TextPlace {
  std::uint32_t length = 0;   ///< bytes
  std::uint64_t address = 0;  ///< of the heap collection, from the file's base
  std::uint32_t number = 0;   ///< of the object in the collection
};

inline constexpr std::size_t text_place_bytes = 16;

/// The HDF5 memory type that reads texts of variable length as their places, unconverted.
Hdf5Handle text_place_type();

TextPlace text_place(std::span<char const> bytes);

/// Texts of variable length, taken out of the file's global heap by our own hand (File Format
/// Specification, III.E): HDF5 1.10 does not check lengths there, and a damaged file would end the
/// program. Collections are read whole and some are kept, as neighbours lie in one collection.
class Hdf5TextHeap {
 public:
  /// `base`: bytes of the user block in front of the file.
  Hdf5TextHeap(std::string const& path, std::uint64_t base);
  ~Hdf5TextHeap();
  Hdf5TextHeap(Hdf5TextHeap const&) = delete;
  Hdf5TextHeap& operator=(Hdf5TextHeap const&) = delete;

  /// The text up to its first zero byte. False where the place makes no sense; `why` says it.
  bool take(TextPlace const& place, std::string& text, std::string& why);

 private:
  struct Collection {
    std::vector<char> bytes;
    std::vector<std::span<char const>> objects;  ///< by number; empty where there is none
  };

  Collection const* collection(std::uint64_t address, std::string& why);
  bool load(std::uint64_t address, Collection& out, std::string& why) const;
  bool read(std::uint64_t at, std::span<char> bytes) const;

  int descriptor_ = -1;
  std::uint64_t base_ = 0;
  std::uint64_t file_bytes_ = 0;
  std::uint64_t kept_bytes_ = 0;
  std::map<std::uint64_t, Collection> kept_;
};

}  // namespace pertscale
