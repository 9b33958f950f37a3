#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"
#include "io/feature_forms.hpp"
#include "io/npy_file.hpp"
#include "io/zip_archive.hpp"

namespace pertscale {

namespace {

/// Names of the arrays of an npz file.
std::vector<std::string> array_names(ZipArchive const& archive) {
  std::vector<std::string> names;
  for (auto const& member : archive.members())
    if (member.name.ends_with(".npy"))
      names.push_back(member.name.substr(0, member.name.size() - 4));
  return names;
}

/// The member that an option names, or the first of the usual ones.
ZipMember const& chosen(PlainFile const& file, ZipArchive const& archive, std::string const& option,
                        std::string const& given, std::vector<std::string> const& usual) {
  auto const candidates = given.empty() ? usual : std::vector{given};
  for (auto const& name : candidates)
    if (auto const* member = archive.find(name + ".npy")) return *member;
  throw UserError(
      fmt::format("{}: holds no array {}; the arrays are: {}; name one with {}=", file.path(),
                  join(candidates, " or "), join(array_names(archive), ", "), option));
}

bool is_torch(ZipArchive const& archive) {
  for (auto const& member : archive.members())
    if (member.name == "data.pkl" || member.name.ends_with("/data.pkl")) return true;
  return false;
}

}  // namespace

FeatureFile read_npy_features(PlainFile const& file, FeatureFileOptions const& options) {
  FeatureFile out;
  {
    auto const bytes = file.read(0, file.size());
    out.values = NpyArray(file.path(), bytes).matrix();
  }
  out.names = read_names_file(file.path(), options, static_cast<std::size_t>(out.values.rows()));
  check_finite(file.path(), out);
  return out;
}

FeatureFile read_npz_features(PlainFile const& file, FeatureFileOptions const& options) {
  ZipArchive const archive(file);
  if (is_torch(archive)) refuse_torch(file.path());
  if (array_names(archive).empty())
    throw UserError(
        fmt::format("{}: is a zip archive of {} file(s) without an npy array; unpack it and name "
                    "the file in it",
                    file.path(), archive.members().size()));
  auto const& values = chosen(file, archive, "key", options.key, {"emb", "values"});
  auto const where = [&](ZipMember const& member) { return file.path() + ": " + member.name; };
  FeatureFile out;
  {
    auto const bytes = archive.content(values);
    out.values = NpyArray(where(values), bytes).matrix();
  }
  if (!options.names_file.empty()) {
    out.names = read_names_file(file.path(), options, static_cast<std::size_t>(out.values.rows()));
  } else {
    auto const& names = chosen(file, archive, "names-key", options.names_key, {"genes", "names"});
    auto const bytes = archive.content(names);
    out.names = NpyArray(where(names), bytes).texts();
    check_names(file.path(), out.names, static_cast<std::size_t>(out.values.rows()),
                [&](std::size_t i) { return fmt::format("place {} of {}", i + 1, names.name); });
  }
  check_finite(file.path(), out);
  return out;
}

}  // namespace pertscale
