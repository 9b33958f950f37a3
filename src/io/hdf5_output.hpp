#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/hdf5_handle.hpp"
#include "io/hdf5_patient_driver.hpp"

/// Writing HDF5 the way anndata 0.8 and later expect it: every element says its encoding.
namespace pertscale {

/// Compression of a dataset's chunks.
enum class Compression { none, gzip, lzf };

/// Types of numbers on disk (little-endian).
enum class NumberType { int8, int16, int32, int64, float32, float64 };

template <class T>
constexpr NumberType number_type();
template <>
constexpr NumberType number_type<std::int8_t>() {
  return NumberType::int8;
}
template <>
constexpr NumberType number_type<std::int16_t>() {
  return NumberType::int16;
}
template <>
constexpr NumberType number_type<std::int32_t>() {
  return NumberType::int32;
}
template <>
constexpr NumberType number_type<std::int64_t>() {
  return NumberType::int64;
}
template <>
constexpr NumberType number_type<float>() {
  return NumberType::float32;
}
template <>
constexpr NumberType number_type<double>() {
  return NumberType::float64;
}

/// HDF5's identifier of the type in memory.
std::int64_t memory_type(NumberType type);

/// anndata's name and version of an element's layout.
struct Encoding {
  char const* type;
  char const* version;
};

/// A group or dataset that is being written. Failures are UserErrors that name the file.
class Hdf5Output {
 public:
  Hdf5Output(Hdf5Handle handle, std::shared_ptr<WriteTarget const> file)
      : handle_(std::move(handle)), file_(std::move(file)) {}

  std::int64_t id() const { return handle_.id(); }
  /// Throws a UserError once a write to the file has failed, and an InternalError where HDF5 has
  /// returned a negative status for another reason.
  std::int64_t check(std::int64_t status) const;
  /// Another object of the same file.
  Hdf5Output with(std::int64_t handle) const { return {Hdf5Handle(check(handle)), file_}; }

  Hdf5Output group(std::string const& name, Encoding encoding) const;
  /// A group of named elements (`uns`, `layers`, ...).
  Hdf5Output dict(std::string const& name) const { return group(name, {"dict", "0.1.0"}); }

  void encode(Encoding encoding) const;
  void attribute(char const* name, std::string const& text) const;
  void attribute(char const* name, std::span<std::string const> texts) const;
  void attribute(char const* name, std::span<std::int64_t const> numbers) const;
  void attribute(char const* name, bool flag) const;

  void scalar(std::string const& name, std::string const& text) const;
  void scalar(std::string const& name, std::int64_t number) const;
  void scalar(std::string const& name, double number) const;
  void strings(std::string const& name, std::span<std::string const> texts) const;

  /// A dataset of so many rows (of `columns` values; 0: a vector) that is filled later: contiguous,
  /// its bytes in the file taken at once and not written.
  Hdf5Output reserve(std::string const& name, NumberType type, std::int64_t rows,
                     std::int64_t columns = 0) const;
  /// Fills a vector that was reserved.
  void fill(std::string const& name, std::span<std::int64_t const> values) const;

  /// A whole array of numbers; `columns` 0: one dimension, else row-major rows of that width.
  template <class T>
  void array(std::string const& name, std::span<T const> values, std::int64_t columns = 0) const {
    array(name, number_type<T>(), values.data(), static_cast<std::int64_t>(values.size()), columns);
  }

 private:
  void array(std::string const& name, NumberType type, void const* values, std::int64_t count,
             std::int64_t columns) const;
  void number(std::string const& name, NumberType type, void const* value) const;

  Hdf5Handle handle_;
  std::shared_ptr<WriteTarget const> file_;
};

/// What an Hdf5Rows dataset looks like.
struct RowsLayout {
  NumberType type = NumberType::float32;
  std::int64_t columns = 0;  ///< width of a row; 0: a vector of single values
  std::int64_t rows = -1;    ///< known number of rows; -1: it grows
  Compression compression = Compression::none;
};

/// A dataset that is written row after row. Chunks hold whole rows and about half a MiB, so that
/// each is compressed once; a dense matrix of known size without compression is contiguous.
class Hdf5Rows {
 public:
  Hdf5Rows(Hdf5Output const& parent, std::string const& name, RowsLayout const& layout);

  template <class T>
  void append(std::span<T const> values) {
    append(number_type<T>(), values.data(), static_cast<std::int64_t>(values.size()));
  }
  std::int64_t rows() const { return rows_; }
  Hdf5Output const& dataset() const { return dataset_; }

 private:
  void append(NumberType type, void const* values, std::int64_t count);

  RowsLayout layout_;
  std::int64_t rows_ = 0;
  Hdf5Output dataset_;
};

}  // namespace pertscale
