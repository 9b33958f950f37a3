#include "io/hdf5_dataset.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>
#include <array>

#include "core/text.hpp"

namespace pertscale {

namespace {

constexpr std::int64_t texts_a_read = 1 << 16;
constexpr std::int64_t text_bytes_a_read = std::int64_t{8} << 20U;
constexpr std::int64_t numbers_a_read = std::int64_t{1} << 24U;

/// Names of registered filters: https://github.com/HDFGroup/hdf5_plugins
std::string filter_name(H5Z_filter_t id) {
  switch (id) {
    case H5Z_FILTER_DEFLATE: return "gzip";
    case H5Z_FILTER_SHUFFLE: return "shuffle";
    case H5Z_FILTER_FLETCHER32: return "fletcher32";
    case H5Z_FILTER_SZIP: return "szip";
    case H5Z_FILTER_NBIT: return "nbit";
    case H5Z_FILTER_SCALEOFFSET: return "scaleoffset";
    case 307: return "bzip2";
    case 32000: return "lzf";
    case 32001: return "blosc";
    case 32004: return "lz4";
    case 32008: return "bitshuffle";
    case 32013: return "zfp";
    case 32015: return "zstd";
    case 32017: return "sz";
    case 32026: return "blosc2";
    default: return fmt::format("filter {}", id);
  }
}

bool compresses(H5Z_filter_t id) { return id != H5Z_FILTER_SHUFFLE && id != H5Z_FILTER_FLETCHER32; }

std::vector<std::int64_t> signed_sizes(std::vector<hsize_t> const& sizes) {
  return {sizes.begin(), sizes.end()};
}

}  // namespace

Hdf5Dataset::Hdf5Dataset(Hdf5File file, std::string name, std::uint64_t cache_bytes)
    : file_(std::move(file)), name_(std::move(name)) {
  if (file_.kind(name_) != Hdf5File::Kind::dataset)
    file_.refuse(name_ + (file_.has(name_) ? " is not a dataset" : " is absent") +
                 "; write the file anew with anndata.");
  Hdf5Handle const access(H5Pcreate(H5P_DATASET_ACCESS));
  if (cache_bytes > 0) H5Pset_chunk_cache(access.id(), 100'003, cache_bytes, 1.0);
  auto opened = file_.checked(H5Dopen2(file_.id(), name_.c_str(), access.id()), name_);
  dataset_ = std::make_shared<Hdf5Handle>(std::move(opened));
  auto type = file_.checked(H5Dget_type(dataset_->id()), "the type of " + name_);
  type_ = element_type(type.id());
  if (type_.kind == ElementType::Kind::compound) look_at_fields(type.id());
  file_type_ = std::make_shared<Hdf5Handle>(std::move(type));
  look_at_shape();
  look_at_filters();
}

/// HDF5 1.10 does not check that fields lie within the record.
void Hdf5Dataset::look_at_fields(std::int64_t type) {
  int const members = H5Tget_nmembers(type);
  for (int i = 0; i < members; ++i) {
    auto const number = static_cast<unsigned>(i);
    char* const member = H5Tget_member_name(type, number);
    if (member == nullptr) file_.fail("the type of " + name_);
    fields_.emplace_back(member);
    H5free_memory(member);
    auto const field_type = file_.checked(H5Tget_member_type(type, number), "a field of " + name_);
    if (H5Tget_member_offset(type, number) + H5Tget_size(field_type.id()) > H5Tget_size(type))
      file_.refuse(
          fmt::format("field {} of {} lies outside the record; the file is damaged there: "
                      "copy it again or write it anew.",
                      fields_.back(), name_));
  }
}

void Hdf5Dataset::look_at_shape() {
  auto const space = file_.checked(H5Dget_space(dataset_->id()), "the shape of " + name_);
  int const rank = H5Sget_simple_extent_ndims(space.id());
  if (rank < 0) file_.fail("the shape of " + name_);
  std::vector<hsize_t> sizes(static_cast<std::size_t>(rank));
  if (rank > 0 && H5Sget_simple_extent_dims(space.id(), sizes.data(), nullptr) < 0)
    file_.fail("the shape of " + name_);
  shape_ = signed_sizes(sizes);
  elements_ = H5Sget_simple_extent_npoints(space.id());
  double product = 1;
  for (hsize_t const size : sizes) product *= static_cast<double>(size);
  if (elements_ < 0 || product > 4e18) file_.refuse("the shape of " + name_ + " is nonsense.");
}

void Hdf5Dataset::look_at_filters() {
  auto const made = file_.checked(H5Dget_create_plist(dataset_->id()), "the layout of " + name_);
  if (H5Pget_layout(made.id()) == H5D_CHUNKED) {
    std::vector<hsize_t> sizes(shape_.size());
    if (H5Pget_chunk(made.id(), static_cast<int>(sizes.size()), sizes.data()) < 0)
      file_.fail("the chunks of " + name_);
    chunk_ = signed_sizes(sizes);
    check_chunk();
  }
  std::vector<std::string> compressors;
  int const count = H5Pget_nfilters(made.id());
  for (int i = 0; i < count; ++i) {
    unsigned flags = 0, configuration = 0;
    std::size_t parameters = 0;
    H5Z_filter_t const id = H5Pget_filter2(made.id(), static_cast<unsigned>(i), &flags, &parameters,
                                           nullptr, 0, nullptr, &configuration);
    if (id < 0) file_.fail("the filters of " + name_);
    if (H5Zfilter_avail(id) <= 0)
      file_.refuse(fmt::format(
          "dataset {} is compressed with HDF5 filter {} ({}), which this HDF5 cannot undo; save "
          "the "
          "file again with gzip, in Python adata.write_h5ad(\"file.h5ad\", compression=\"gzip\"), "
          "or name the folder of an HDF5 plug-in for it in HDF5_PLUGIN_PATH.",
          name_, id, filter_name(id)));
    if (compresses(id)) compressors.push_back(filter_name(id));
  }
  if (!compressors.empty()) compression_ = join(compressors, "+");
}

/// HDF5 writes no chunk longer than a fixed side, and reads beyond its memory where damage says so.
void Hdf5Dataset::check_chunk() const {
  auto const space = file_.checked(H5Dget_space(dataset_->id()), "the shape of " + name_);
  std::vector<hsize_t> most(shape_.size());
  H5Sget_simple_extent_dims(space.id(), nullptr, most.data());
  for (std::size_t i = 0; i < most.size(); ++i)
    if (most[i] != H5S_UNLIMITED && static_cast<hsize_t>(chunk_[i]) > most[i])
      file_.refuse(
          fmt::format("{} has chunks longer than itself; the file is damaged there: copy it "
                      "again or write it anew.",
                      name_));
}

Hdf5Dataset Hdf5Dataset::field(std::string const& name) const {
  Hdf5Dataset out(*this);
  int const index = H5Tget_member_index(file_type_->id(), name.c_str());
  if (index < 0) file_.refuse(name_ + " has no field '" + name + "'.");
  auto type = file_.checked(H5Tget_member_type(file_type_->id(), static_cast<unsigned>(index)),
                            name_ + "/" + name);
  out.type_ = element_type(type.id());
  out.file_type_ = std::make_shared<Hdf5Handle>(std::move(type));
  out.field_ = name;
  out.name_ = name_ + "/" + name;
  out.fields_.clear();
  return out;
}

Hdf5Handle Hdf5Dataset::reading_type() const {
  auto element = memory_type(file_type_->id(), type_);
  if (!element) file_.refuse(fmt::format("{} holds {}, which cannot be read.", name_, type_.name));
  if (field_.empty()) return element;
  Hdf5Handle record(H5Tcreate(H5T_COMPOUND, H5Tget_size(element.id())));
  if (H5Tinsert(record.id(), field_.c_str(), 0, element.id()) < 0) file_.fail(name_);
  return record;
}

void Hdf5Dataset::read(std::int64_t first, std::int64_t count, std::int64_t type,
                       void* buffer) const {
  if (count == 0 || elements_ == 0) return;
  if (shape_.empty()) {
    if (H5Dread(dataset_->id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer) < 0) file_.fail(name_);
    return;
  }
  std::vector<hsize_t> start(shape_.size(), 0), size(shape_.begin(), shape_.end());
  start[0] = static_cast<hsize_t>(first);
  size[0] = static_cast<hsize_t>(count);
  auto const space = file_.checked(H5Dget_space(dataset_->id()), name_);
  int const rank = static_cast<int>(size.size());
  auto const memory = file_.checked(H5Screate_simple(rank, size.data(), nullptr), name_);
  if (H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, size.data(), nullptr) <
          0 ||
      H5Dread(dataset_->id(), type, memory.id(), space.id(), H5P_DEFAULT, buffer) < 0)
    file_.fail(name_);
}

void Hdf5Dataset::read_rows(std::int64_t first, std::int64_t count, void* buffer) const {
  auto const type = reading_type();
  read(first, count, type.id(), buffer);
}

void Hdf5Dataset::will_read(std::int64_t first, std::int64_t count) const {
  if (!chunk_.empty() || shape_.empty() || count == 0) return;
  haddr_t const begin = H5Dget_offset(dataset_->id());
  void* descriptor = nullptr;
  if (begin == HADDR_UNDEF || H5Fget_vfd_handle(file_.id(), H5P_DEFAULT, &descriptor) < 0) return;
  auto row = static_cast<off_t>(H5Tget_size(file_type_->id()));
  for (std::size_t i = 1; i < shape_.size(); ++i) row *= static_cast<off_t>(shape_[i]);
  posix_fadvise(*static_cast<int*>(descriptor), static_cast<off_t>(begin) + first * row,
                count * row, POSIX_FADV_WILLNEED);
}

/// A shape that promises far more than the file holds would end in a lack of memory.
void Hdf5Dataset::check_size() const {
  if (shape_.size() > 1)
    file_.refuse(fmt::format("{} has {} dimensions, not 1.", name_, shape_.size()));
  double const stored = static_cast<double>(H5Dget_storage_size(dataset_->id()));
  if (elements_ > 10'000'000 && static_cast<double>(elements_) > 5000 * (stored + 1))
    file_.refuse(
        fmt::format("{} claims {} values, but the file stores {} bytes of it; write the "
                    "file anew.",
                    name_, elements_, stored));
}

template <class Out>
std::vector<Out> Hdf5Dataset::all_numbers() const {
  check_size();
  std::vector<Out> out(static_cast<std::size_t>(elements_));
  auto const type = reading_type();
  std::vector<char> buffer;
  for (std::int64_t first = 0; first < elements_; first += numbers_a_read) {
    std::int64_t const count = std::min(numbers_a_read, elements_ - first);
    buffer.resize(static_cast<std::size_t>(count) * type_.bytes);
    read(first, count, type.id(), buffer.data());
    with_number_type(type_, [&](auto example) {
      auto const* const from = reinterpret_cast<decltype(example) const*>(buffer.data());
      std::transform(from, from + count, out.begin() + first,
                     [](auto value) { return static_cast<Out>(value); });
    });
  }
  return out;
}

std::vector<std::int64_t> Hdf5Dataset::integers() const {
  if (type_.kind != ElementType::Kind::integer && type_.kind != ElementType::Kind::boolean)
    file_.refuse(fmt::format("{} holds {}, not whole numbers.", name_, type_.name));
  return all_numbers<std::int64_t>();
}

std::vector<double> Hdf5Dataset::numbers() const {
  if (!type_.number()) file_.refuse(fmt::format("{} holds {}, not numbers.", name_, type_.name));
  return all_numbers<double>();
}

std::vector<std::string> Hdf5Dataset::texts() const {
  if (type_.kind != ElementType::Kind::text || type_.bytes > longest_text || type_.bytes == 0)
    file_.refuse(
        fmt::format("{} holds {}, which is neither text nor a number.", name_, type_.name));
  check_size();
  std::vector<std::string> out;
  out.reserve(static_cast<std::size_t>(elements_));
  std::int64_t const step = std::clamp<std::int64_t>(
      text_bytes_a_read / static_cast<std::int64_t>(type_.bytes), 1, texts_a_read);
  for (std::int64_t first = 0; first < elements_; first += step)
    read_texts(first, std::min(step, elements_ - first), out);
  return out;
}

void Hdf5Dataset::read_texts(std::int64_t first, std::int64_t count,
                             std::vector<std::string>& out) const {
  auto const type = reading_type();
  std::vector<char> buffer(static_cast<std::size_t>(count) * type_.bytes);
  read(first, count, type.id(), buffer.data());
  file_.unpack_texts(file_type_->id(), type_, buffer, name_, out);
}

}  // namespace pertscale
