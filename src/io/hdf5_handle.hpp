#pragma once
#include <cstdint>
#include <string>
#include <utility>

namespace pertscale {

/// Owner of one HDF5 identifier (hid_t is a 64-bit integer since HDF5 1.10); closes it by its kind.
class Hdf5Handle {
 public:
  Hdf5Handle() = default;
  explicit Hdf5Handle(std::int64_t id) : id_(id) {}
  Hdf5Handle(Hdf5Handle&& other) noexcept : id_(std::exchange(other.id_, -1)) {}
  Hdf5Handle& operator=(Hdf5Handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~Hdf5Handle();

  std::int64_t id() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }

 private:
  std::int64_t id_ = -1;
};

/// Silences HDF5's own error printing and registers the filters decoded in-process (LZF).
/// Called by everything that opens a file; cheap after the first call.
void initialise_hdf5();

/// The innermost message of HDF5's error stack, for the end of a sentence.
std::string hdf5_error_text();

}  // namespace pertscale
