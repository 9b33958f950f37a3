#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "io/hdf5_file.hpp"
#include "io/hdf5_type.hpp"

namespace pertscale {

/// Most bytes that one read asks HDF5 for.
inline constexpr std::int64_t most_bytes_a_read = std::int64_t{1} << 30U;

/// A dataset opened for reading, or one field of a dataset of records (a compound type).
/// Opening refuses (UserError) compression that this build cannot undo. Copies share the handle.
class Hdf5Dataset {
 public:
  /// `cache_bytes`: HDF5's chunk cache for this dataset; 0 leaves HDF5's default of 1 MiB.
  Hdf5Dataset(Hdf5File file, std::string name, std::uint64_t cache_bytes = 0);

  /// The same rows, one field of them. UserError if there is no such field.
  Hdf5Dataset field(std::string const& name) const;

  Hdf5File const& file() const { return file_; }
  std::int64_t id() const { return dataset_->id(); }
  /// "obs/condition"; a field is called so too.
  std::string const& name() const { return name_; }
  std::vector<std::int64_t> const& shape() const { return shape_; }
  /// Shape of a chunk; empty where the dataset is in one piece.
  std::vector<std::int64_t> const& chunk() const { return chunk_; }
  std::int64_t elements() const { return elements_; }
  ElementType const& type() const { return type_; }
  /// "none", or the filters that compress: "gzip", "lzf", ...
  std::string const& compression() const { return compression_; }
  std::vector<std::string> const& fields() const { return fields_; }

  /// Reads `count` rows (whole, along the first axis) from row `first` in the type that `type()`
  /// says. Numbers only; at most most_bytes_a_read bytes.
  void read_rows(std::int64_t first, std::int64_t count, void* buffer) const;

  /// Tells the system that these rows are read next, where they lie in one piece in the file.
  void will_read(std::int64_t first, std::int64_t count) const;

  /// The whole dataset. UserError where the type is another. Unsigned 64-bit integers keep their
  /// bits.
  std::vector<std::int64_t> integers() const;
  /// Integers above 2^53 are rounded to the nearest double.
  std::vector<double> numbers() const;
  /// Variable or fixed length; must be UTF-8.
  std::vector<std::string> texts() const;

 private:
  void look_at_shape();
  void look_at_fields(std::int64_t type);
  void check_chunk() const;
  void look_at_filters();
  void check_size() const;
  template <class Out>
  std::vector<Out> all_numbers() const;
  Hdf5Handle reading_type() const;
  void read_texts(std::int64_t first, std::int64_t count, std::vector<std::string>& out) const;
  void read(std::int64_t first, std::int64_t count, std::int64_t type, void* buffer) const;

  Hdf5File file_;
  std::string name_;
  std::shared_ptr<Hdf5Handle> dataset_;
  std::shared_ptr<Hdf5Handle> file_type_;  ///< of the elements, or of the field
  std::string field_;
  std::vector<std::int64_t> shape_, chunk_;
  std::int64_t elements_ = 0;
  ElementType type_;
  std::string compression_ = "none";
  std::vector<std::string> fields_;
};

}  // namespace pertscale
