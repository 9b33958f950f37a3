#include "io/hdf5_text_heap.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <hdf5.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <string_view>

namespace pertscale {

namespace {

constexpr char const* place_tag = "place of a text";
constexpr std::uint64_t most_kept_bytes = std::uint64_t{16} << 20U;
constexpr std::uint64_t most_collection_bytes = std::uint64_t{1} << 30U;
constexpr std::size_t header_bytes = 16;  // of a collection, and of an object

/// HDF5's conversion callback from text of variable length to its place: nothing to do, for both
/// are the same 16 bytes. Any other pair of types is turned down, so that HDF5 looks further.
herr_t text_to_place(hid_t from, hid_t to, H5T_cdata_t* data, std::size_t, std::size_t, std::size_t,
                     void*, void*, hid_t) {
  if (data->command != H5T_CONV_INIT) return 0;
  data->need_bkg = H5T_BKG_NO;
  if (H5Tis_variable_str(from) <= 0 || H5Tget_size(from) != text_place_bytes ||
      H5Tget_class(to) != H5T_OPAQUE || H5Tget_size(to) != text_place_bytes)
    return -1;
  char* const tag = H5Tget_tag(to);
  bool const ours = tag != nullptr && std::string_view(tag) == place_tag;
  H5free_memory(tag);
  return ours ? 0 : -1;
}

template <class Number>
Number number_at(std::span<char const> bytes, std::size_t at) {
  Number out{};
  std::memcpy(&out, bytes.data() + at, sizeof out);
  return out;
}

}  // namespace

Hdf5Handle text_place_type() {
  auto const made = [] {
    Hdf5Handle type(H5Tcreate(H5T_OPAQUE, text_place_bytes));
    H5Tset_tag(type.id(), place_tag);
    return type;
  };
  static bool const registered = [&] {
    Hdf5Handle const text(H5Tcopy(H5T_C_S1));
    H5Tset_size(text.id(), H5T_VARIABLE);
    auto const place = made();
    return H5Tregister(H5T_PERS_SOFT, place_tag, text.id(), place.id(), text_to_place) >= 0;
  }();
  (void)registered;
  return made();
}

TextPlace text_place(std::span<char const> bytes) {
  return {number_at<std::uint32_t>(bytes, 0), number_at<std::uint64_t>(bytes, 4),
          number_at<std::uint32_t>(bytes, 12)};
}

Hdf5TextHeap::Hdf5TextHeap(std::string const& path, std::uint64_t base)
    : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC)), base_(base) {
  struct stat status {};
  if (descriptor_ >= 0 && fstat(descriptor_, &status) == 0)
    file_bytes_ = static_cast<std::uint64_t>(status.st_size);
}

Hdf5TextHeap::~Hdf5TextHeap() {
  if (descriptor_ >= 0) close(descriptor_);
}

bool Hdf5TextHeap::read(std::uint64_t at, std::span<char> bytes) const {
  std::size_t done = 0;
  while (done < bytes.size()) {
    ssize_t const got =
        pread(descriptor_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(at + done));
    if (got <= 0) return false;
    done += static_cast<std::size_t>(got);
  }
  return true;
}

bool Hdf5TextHeap::load(std::uint64_t address, Collection& out, std::string& why) const {
  std::uint64_t const start = base_ + address;
  out.bytes.resize(header_bytes);
  if (start < base_ || start > file_bytes_ || !read(start, out.bytes) ||
      std::string_view(out.bytes.data(), 5) != std::string_view("GCOL\1", 5)) {
    why = fmt::format("no heap of texts at byte {}", start);
    return false;
  }
  auto const size = number_at<std::uint64_t>(out.bytes, 8);
  if (size < header_bytes || size > file_bytes_ - start || size > most_collection_bytes) {
    why = fmt::format("the heap of texts at byte {} claims {} bytes", start, size);
    return false;
  }
  out.bytes.resize(size);
  if (!read(start, out.bytes)) {
    why = fmt::format("the heap of texts at byte {} cannot be read", start);
    return false;
  }
  std::span<char const> const all(out.bytes);
  for (std::size_t at = header_bytes; at + header_bytes <= size;) {
    auto const number = number_at<std::uint16_t>(all, at);
    auto const length = number_at<std::uint64_t>(all, at + 8);
    at += header_bytes;
    if (number == 0 || length > size - at) break;  // free space, or damage: later objects are lost
    if (out.objects.size() <= number) out.objects.resize(number + std::size_t{1});
    out.objects[number] = all.subspan(at, length);
    at += (length + 7) / 8 * 8;
  }
  return true;
}

Hdf5TextHeap::Collection const* Hdf5TextHeap::collection(std::uint64_t address, std::string& why) {
  auto const found = kept_.find(address);
  if (found != kept_.end()) return &found->second;
  Collection loaded;
  if (!load(address, loaded, why)) return nullptr;
  if (kept_bytes_ > most_kept_bytes) {
    kept_.clear();
    kept_bytes_ = 0;
  }
  kept_bytes_ += loaded.bytes.size();
  return &kept_.emplace(address, std::move(loaded)).first->second;
}

bool Hdf5TextHeap::take(TextPlace const& place, std::string& text, std::string& why) {
  text.clear();
  if (place.length == 0) return true;
  Collection const* const from = collection(place.address, why);
  if (from == nullptr) return false;
  if (place.number >= from->objects.size() || from->objects[place.number].size() < place.length) {
    why = fmt::format("the heap of texts at byte {} has no object {} of {} bytes",
                      base_ + place.address, place.number, place.length);
    return false;
  }
  std::string_view const held(from->objects[place.number].data(), place.length);
  text = held.substr(0, held.find('\0'));
  return true;
}

}  // namespace pertscale
