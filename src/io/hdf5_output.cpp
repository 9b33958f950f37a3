#include "io/hdf5_output.hpp"

#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "core/error.hpp"

namespace pertscale {

std::int64_t memory_type(NumberType type) {
  switch (type) {
    case NumberType::int8: return H5T_NATIVE_INT8;
    case NumberType::int16: return H5T_NATIVE_INT16;
    case NumberType::int32: return H5T_NATIVE_INT32;
    case NumberType::int64: return H5T_NATIVE_INT64;
    case NumberType::float32: return H5T_NATIVE_FLOAT;
    case NumberType::float64: return H5T_NATIVE_DOUBLE;
  }
  throw InternalError("unknown NumberType");
}

namespace {

hid_t file_type(NumberType type) {
  switch (type) {
    case NumberType::int8: return H5T_STD_I8LE;
    case NumberType::int16: return H5T_STD_I16LE;
    case NumberType::int32: return H5T_STD_I32LE;
    case NumberType::int64: return H5T_STD_I64LE;
    case NumberType::float32: return H5T_IEEE_F32LE;
    case NumberType::float64: return H5T_IEEE_F64LE;
  }
  throw InternalError("unknown NumberType");
}

/// Variable-length UTF-8, as h5py writes `str`.
Hdf5Handle text_type() {
  Hdf5Handle type(H5Tcopy(H5T_C_S1));
  H5Tset_size(type.id(), H5T_VARIABLE);
  H5Tset_cset(type.id(), H5T_CSET_UTF8);
  return type;
}

Hdf5Handle space_of(std::span<hsize_t const> dimensions) {
  if (dimensions.empty()) return Hdf5Handle(H5Screate(H5S_SCALAR));
  return Hdf5Handle(
      H5Screate_simple(static_cast<int>(dimensions.size()), dimensions.data(), nullptr));
}

std::vector<char const*> pointers(std::span<std::string const> texts) {
  std::vector<char const*> out;
  out.reserve(texts.size() + 1);
  for (auto const& text : texts) out.push_back(text.c_str());
  out.push_back("");  // never an empty buffer
  return out;
}

/// The boolean of h5py and anndata: an 8-bit enumeration FALSE, TRUE.
Hdf5Handle boolean_type() {
  Hdf5Handle type(H5Tenum_create(H5T_STD_I8LE));
  std::int8_t const no = 0, yes = 1;
  H5Tenum_insert(type.id(), "FALSE", &no);
  H5Tenum_insert(type.id(), "TRUE", &yes);
  return type;
}

void write_attribute(Hdf5Output const& owner, char const* name, hid_t type, void const* value,
                     std::span<hsize_t const> dimensions = {}) {
  auto const space = space_of(dimensions);
  auto const attribute =
      owner.with(H5Acreate2(owner.id(), name, type, space.id(), H5P_DEFAULT, H5P_DEFAULT));
  owner.check(H5Awrite(attribute.id(), type, value));
}

/// Creation properties without time stamps, so that the same content is the same bytes.
Hdf5Handle timeless() {
  Hdf5Handle properties(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_obj_track_times(properties.id(), false);
  return properties;
}

Hdf5Output create_dataset(Hdf5Output const& parent, std::string const& name, hid_t type,
                          std::span<hsize_t const> dimensions) {
  auto const space = space_of(dimensions);
  return parent.with(H5Dcreate2(parent.id(), name.c_str(), type, space.id(), H5P_DEFAULT,
                                timeless().id(), H5P_DEFAULT));
}

constexpr Encoding array_encoding{"array", "0.2.0"};
constexpr std::int64_t chunk_bytes = 512 << 10;

std::int64_t type_bytes(NumberType type) {
  return static_cast<std::int64_t>(H5Tget_size(memory_type(type)));
}

/// Rows that make a chunk of about half a MiB, at least one.
std::int64_t chunk_rows(RowsLayout const& layout) {
  std::int64_t const row = std::max<std::int64_t>(1, layout.columns) * type_bytes(layout.type);
  std::int64_t const rows = std::max<std::int64_t>(1, chunk_bytes / row);
  return layout.rows < 0 ? rows : std::max<std::int64_t>(1, std::min(rows, layout.rows));
}

void add_filter(hid_t properties, Compression compression, std::int64_t bytes) {
  if (compression == Compression::gzip) {
    H5Pset_shuffle(properties);
    H5Pset_deflate(properties, 4);
  }
  if (compression == Compression::lzf) {
    // h5py's parameters: filter revision, LZF API version, bytes of a chunk
    std::array<unsigned, 3> const parameters{4, 261, static_cast<unsigned>(bytes)};
    H5Pset_filter(properties, 32000, H5Z_FLAG_OPTIONAL, parameters.size(), parameters.data());
  }
}

Hdf5Handle creation_properties(RowsLayout const& layout) {
  auto properties = timeless();
  bool const contiguous = layout.rows >= 0 && layout.compression == Compression::none;
  if (contiguous || layout.rows == 0) return properties;
  std::int64_t const rows = chunk_rows(layout);
  std::int64_t const columns = std::max<std::int64_t>(1, layout.columns);
  std::array<hsize_t, 2> const chunk{static_cast<hsize_t>(rows), static_cast<hsize_t>(columns)};
  H5Pset_chunk(properties.id(), layout.columns > 0 ? 2 : 1, chunk.data());
  add_filter(properties.id(), layout.compression, rows * columns * type_bytes(layout.type));
  return properties;
}

Hdf5Output create_rows(Hdf5Output const& parent, std::string const& name,
                       RowsLayout const& layout) {
  bool const grows = layout.rows < 0;
  std::array<hsize_t, 2> const now{static_cast<hsize_t>(grows ? 0 : layout.rows),
                                   static_cast<hsize_t>(layout.columns)};
  std::array<hsize_t, 2> const most{grows ? H5S_UNLIMITED : now[0], now[1]};
  Hdf5Handle const space(H5Screate_simple(layout.columns > 0 ? 2 : 1, now.data(), most.data()));
  auto const properties = creation_properties(layout);
  Hdf5Handle const access(H5Pcreate(H5P_DATASET_ACCESS));
  H5Pset_chunk_cache(access.id(), 521, std::size_t{8} << 20, 1.0);
  return parent.with(H5Dcreate2(parent.id(), name.c_str(), file_type(layout.type), space.id(),
                                H5P_DEFAULT, properties.id(), access.id()));
}

}  // namespace

std::int64_t Hdf5Output::check(std::int64_t status) const {
  if (file_->error != 0)
    throw UserError(fmt::format("{}: cannot write ({}); check the space and the rights there",
                                file_->path, std::strerror(file_->error)));
  if (status < 0)
    throw InternalError(fmt::format("{}: HDF5 failed: {}", file_->path, hdf5_error_text()));
  return status;
}

Hdf5Output Hdf5Output::group(std::string const& name, Encoding encoding) const {
  auto made = with(H5Gcreate2(id(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  made.encode(encoding);
  return made;
}

void Hdf5Output::encode(Encoding encoding) const {
  attribute("encoding-type", std::string(encoding.type));
  attribute("encoding-version", std::string(encoding.version));
}

void Hdf5Output::attribute(char const* name, std::string const& text) const {
  char const* const pointer = text.c_str();
  write_attribute(*this, name, text_type().id(), &pointer);
}

void Hdf5Output::attribute(char const* name, std::span<std::string const> texts) const {
  std::array<hsize_t, 1> const dimensions{texts.size()};
  write_attribute(*this, name, text_type().id(), pointers(texts).data(), dimensions);
}

void Hdf5Output::attribute(char const* name, std::span<std::int64_t const> numbers) const {
  std::array<hsize_t, 1> const dimensions{numbers.size()};
  write_attribute(*this, name, H5T_NATIVE_INT64, numbers.data(), dimensions);
}

void Hdf5Output::attribute(char const* name, bool flag) const {
  std::int8_t const value = flag ? 1 : 0;
  write_attribute(*this, name, boolean_type().id(), &value);
}

void Hdf5Output::scalar(std::string const& name, std::string const& text) const {
  auto const type = text_type();
  auto const made = create_dataset(*this, name, type.id(), {});
  char const* const pointer = text.c_str();
  check(H5Dwrite(made.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, &pointer));
  made.encode({"string", "0.2.0"});
}

void Hdf5Output::scalar(std::string const& name, std::int64_t value) const {
  number(name, NumberType::int64, &value);
}

void Hdf5Output::scalar(std::string const& name, double value) const {
  number(name, NumberType::float64, &value);
}

void Hdf5Output::number(std::string const& name, NumberType type, void const* value) const {
  auto const made = create_dataset(*this, name, file_type(type), {});
  check(H5Dwrite(made.id(), memory_type(type), H5S_ALL, H5S_ALL, H5P_DEFAULT, value));
  made.encode({"numeric-scalar", "0.2.0"});
}

void Hdf5Output::strings(std::string const& name, std::span<std::string const> texts) const {
  auto const type = text_type();
  std::array<hsize_t, 1> const dimensions{texts.size()};
  auto const made = create_dataset(*this, name, type.id(), dimensions);
  check(H5Dwrite(made.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers(texts).data()));
  made.encode({"string-array", "0.2.0"});
}

void Hdf5Output::array(std::string const& name, NumberType type, void const* values,
                       std::int64_t count, std::int64_t columns) const {
  std::array<hsize_t, 2> const dimensions{
      static_cast<hsize_t>(columns > 0 ? count / columns : count), static_cast<hsize_t>(columns)};
  std::size_t const rank = columns > 0 ? 2 : 1;
  auto const made = create_dataset(*this, name, file_type(type), std::span(dimensions).first(rank));
  if (count > 0)
    check(H5Dwrite(made.id(), memory_type(type), H5S_ALL, H5S_ALL, H5P_DEFAULT, values));
  made.encode(array_encoding);
}

Hdf5Output Hdf5Output::reserve(std::string const& name, NumberType type, std::int64_t rows,
                               std::int64_t columns) const {
  std::array<hsize_t, 2> const dimensions{static_cast<hsize_t>(rows),
                                          static_cast<hsize_t>(columns)};
  auto const space = space_of(std::span(dimensions).first(columns > 0 ? 2 : 1));
  auto const properties = timeless();
  H5Pset_alloc_time(properties.id(), H5D_ALLOC_TIME_EARLY);
  H5Pset_fill_time(properties.id(), H5D_FILL_TIME_NEVER);
  auto made = with(H5Dcreate2(id(), name.c_str(), file_type(type), space.id(), H5P_DEFAULT,
                              properties.id(), H5P_DEFAULT));
  made.encode(array_encoding);
  return made;
}

void Hdf5Output::fill(std::string const& name, std::span<std::int64_t const> values) const {
  if (values.empty()) return;
  auto const dataset = with(H5Dopen2(id(), name.c_str(), H5P_DEFAULT));
  check(H5Dwrite(dataset.id(), H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
}

Hdf5Rows::Hdf5Rows(Hdf5Output const& parent, std::string const& name, RowsLayout const& layout)
    : layout_(layout), dataset_(create_rows(parent, name, layout)) {
  dataset_.encode(array_encoding);
}

void Hdf5Rows::append(NumberType type, void const* values, std::int64_t count) {
  if (count == 0) return;
  std::int64_t const width = std::max<std::int64_t>(1, layout_.columns);
  if (type != layout_.type || count % width != 0)
    throw InternalError("rows of another type or width than the dataset's");
  std::array<hsize_t, 2> const start{static_cast<hsize_t>(rows_), 0};
  std::array<hsize_t, 2> const extent{static_cast<hsize_t>(count / width),
                                      static_cast<hsize_t>(width)};
  if (layout_.rows < 0) {
    std::array<hsize_t, 2> const size{start[0] + extent[0], extent[1]};
    dataset_.check(H5Dset_extent(dataset_.id(), size.data()));
  }
  Hdf5Handle const space(H5Dget_space(dataset_.id()));
  int const rank = layout_.columns > 0 ? 2 : 1;
  Hdf5Handle const memory(H5Screate_simple(rank, extent.data(), nullptr));
  dataset_.check(H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr,
                                     extent.data(), nullptr));
  dataset_.check(
      H5Dwrite(dataset_.id(), memory_type(type), memory.id(), space.id(), H5P_DEFAULT, values));
  rows_ += static_cast<std::int64_t>(extent[0]);
}

}  // namespace pertscale
