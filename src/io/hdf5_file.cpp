#include "io/hdf5_file.hpp"

#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>

#include "core/error.hpp"
#include "io/utf8.hpp"

namespace pertscale {

namespace {

constexpr hssize_t most_attribute_values = 10'000'000;

herr_t keep_name(hid_t, char const* name, H5L_info_t const*, void* names) {
  static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 0;
}

}  // namespace

Hdf5File::Hdf5File(std::string path) : path_(std::move(path)) {
  initialise_hdf5();
  Hdf5Handle const access(H5Pcreate(H5P_FILE_ACCESS));
  H5Pset_file_locking(access.id(), false, true);
  hid_t const id = H5Fopen(path_.c_str(), H5F_ACC_RDONLY, access.id());
  if (id < 0) {
    std::string const reason = hdf5_error_text();
    if (reason.starts_with("truncated file"))
      refuse("the file is cut off (" + reason + "); copy or download it again.");
    refuse("HDF5 cannot open the file (" + reason + "); copy it again, or check its permissions.");
  }
  file_ = std::make_shared<Hdf5Handle>(id);
  hsize_t base = 0;
  auto const made = checked(H5Fget_create_plist(id), "the superblock");
  if (H5Pget_userblock(made.id(), &base) < 0) fail("the superblock");
  heap_ = std::make_shared<Hdf5TextHeap>(path_, base);
}

void Hdf5File::refuse(std::string const& sentence) const {
  throw UserError(path_ + ": " + sentence);
}

void Hdf5File::fail(std::string const& what) const {
  std::string const reason = hdf5_error_text();
  refuse(
      fmt::format("{} cannot be read (HDF5: {}); the file is damaged there: copy it again or "
                  "write it anew.",
                  what, reason));
}

Hdf5Handle Hdf5File::checked(std::int64_t id, std::string const& what) const {
  if (id < 0) fail(what);
  return Hdf5Handle(id);
}

void Hdf5File::unpack_texts(std::int64_t file_type, ElementType const& element,
                            std::span<char const> bytes, std::string const& what,
                            std::vector<std::string>& out) const {
  std::string why;
  for (std::size_t at = 0; at + element.bytes <= bytes.size(); at += element.bytes) {
    auto const one = bytes.subspan(at, element.bytes);
    auto& text = out.emplace_back();
    if (!element.variable)
      text = fixed_text(file_type, one);
    else if (!heap_->take(text_place(one), text, why))
      refuse(
          fmt::format("{} cannot be read ({}); the file is damaged there: copy it again or write "
                      "it anew.",
                      what, why));
    if (!is_utf8(text))
      refuse(
          fmt::format("a value of {} is not UTF-8 text; write the file anew with anndata.", what));
  }
}

Hdf5File::Kind Hdf5File::kind(std::string const& name) const {
  for (std::size_t end = name.find('/');; end = name.find('/', end + 1)) {
    if (H5Lexists(id(), name.substr(0, end).c_str(), H5P_DEFAULT) <= 0) return Kind::absent;
    if (end == std::string::npos) break;
  }
  if (H5Oexists_by_name(id(), name.c_str(), H5P_DEFAULT) <= 0) return Kind::absent;
  auto const object = checked(H5Oopen(id(), name.c_str(), H5P_DEFAULT), name);
  switch (H5Iget_type(object.id())) {
    case H5I_GROUP: return Kind::group;
    case H5I_DATASET: return Kind::dataset;
    default: return Kind::other;
  }
}

std::vector<std::string> Hdf5File::children(std::string const& group) const {
  std::vector<std::string> names;
  if (group != "/" && kind(group) != Kind::group) return names;
  auto const object = checked(H5Gopen2(id(), group.c_str(), H5P_DEFAULT), group);
  hsize_t at = 0;
  if (H5Literate(object.id(), H5_INDEX_NAME, H5_ITER_INC, &at, keep_name, &names) < 0) fail(group);
  std::sort(names.begin(), names.end());
  return names;
}

Hdf5Handle Hdf5File::attribute(std::string const& object, std::string const& name) const {
  htri_t const exists = H5Aexists_by_name(id(), object.c_str(), name.c_str(), H5P_DEFAULT);
  if (exists < 0) fail("the attributes of " + object);
  if (exists == 0) return Hdf5Handle();
  return checked(H5Aopen_by_name(id(), object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT),
                 fmt::format("attribute {} of {}", name, object));
}

std::optional<std::vector<std::string>> Hdf5File::texts(std::string const& object,
                                                        std::string const& name) const {
  auto const held = attribute(object, name);
  if (!held) return std::nullopt;
  std::string const what = fmt::format("attribute {} of {}", name, object);
  auto const space = checked(H5Aget_space(held.id()), what);
  hssize_t const count = H5Sget_simple_extent_npoints(space.id());
  if (count < 0 || count > most_attribute_values) fail(what);
  if (count == 0) return std::vector<std::string>{};
  auto const type = checked(H5Aget_type(held.id()), what);
  auto const element = element_type(type.id());
  if (element.kind != ElementType::Kind::text || element.bytes > longest_text) return std::nullopt;
  std::vector<char> bytes(static_cast<std::size_t>(count) * element.bytes);
  auto const memory = memory_type(type.id(), element);
  if (H5Aread(held.id(), memory.id(), bytes.data()) < 0) fail(what);
  std::vector<std::string> out;
  unpack_texts(type.id(), element, bytes, what, out);
  return out;
}

std::string Hdf5File::text(std::string const& object, std::string const& name) const {
  auto const all = texts(object, name);
  return all && !all->empty() ? all->front() : std::string{};
}

std::optional<std::vector<std::int64_t>> Hdf5File::integers(std::string const& object,
                                                            std::string const& name) const {
  auto const held = attribute(object, name);
  if (!held) return std::nullopt;
  std::string const what = fmt::format("attribute {} of {}", name, object);
  auto const space = checked(H5Aget_space(held.id()), what);
  hssize_t const count = H5Sget_simple_extent_npoints(space.id());
  if (count < 0 || count > most_attribute_values) fail(what);
  auto const type = checked(H5Aget_type(held.id()), what);
  if (H5Tget_class(type.id()) != H5T_INTEGER) return std::nullopt;
  std::vector<std::int64_t> out(static_cast<std::size_t>(count));
  if (count > 0 && H5Aread(held.id(), H5T_NATIVE_INT64, out.data()) < 0) fail(what);
  return out;
}

}  // namespace pertscale
