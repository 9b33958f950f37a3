#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>

#include "core/text.hpp"
#include "io/anndata_frame.hpp"
#include "io/feature_forms.hpp"
#include "io/hdf5_dataset.hpp"

namespace pertscale {

namespace {

using Kind = Hdf5File::Kind;
constexpr double most_values_a_byte = 5000;  // more than gzip can make
constexpr std::int64_t bytes_a_read = std::int64_t{8} << 20U;

/// "obsm/NAME" of every matrix that belongs to cells or genes.
std::vector<std::string> known_keys(Hdf5File const& file) {
  std::vector<std::string> keys;
  for (std::string const group : {"obsm", "varm"})
    for (auto const& name : file.children(group)) keys.push_back(fmt::format("{}/{}", group, name));
  return keys;
}

/// The key as a path; of a bare NAME the group that has it.
std::string path_of(Hdf5File const& file, std::string const& key) {
  auto const known = known_keys(file);
  std::string const all = known.empty() ? "none" : join(known, ", ");
  if (key.empty() && known.size() == 1) return known.front();
  if (key.empty())
    file.refuse(
        fmt::format("say which matrix holds the features with key=obsm/NAME or "
                    "key=varm/NAME; there are: {}",
                    all));
  std::vector<std::string> found;
  for (auto const& path : known)
    if (path == key || path.substr(5) == key) found.push_back(path);
  if (found.size() > 1)
    file.refuse(fmt::format("'{}' is in obsm and in varm; write key={} or key={}", key, found[0],
                            found[1]));
  if (found.empty())
    file.refuse(
        fmt::format("holds no matrix '{}' in obsm or varm; there are: {}; name one with "
                    "key=",
                    key, all));
  return found.front();
}

void refuse_group(Hdf5File const& file, std::string const& path) {
  if (file.kind(path) == Kind::dataset) return;
  auto const form = file.text(path, "encoding-type");
  auto const slash = path.find('/');
  auto const place = fmt::format("adata.{}['{}']", path.substr(0, slash), path.substr(slash + 1));
  file.refuse(fmt::format("{} is {}, not a dense matrix; write it as one: {} = {}.{}", path,
                          form.empty() ? "a group" : form, place, place,
                          form == "dataframe" ? "to_numpy(dtype='float32')" : "toarray()"));
}

Matrix dense(Hdf5File const& file, std::string const& path) {
  Hdf5Dataset const values(file, path);
  auto const& shape = values.shape();
  if (shape.size() != 2 || shape[0] == 0 || shape[1] == 0)
    file.refuse(
        fmt::format("{} has {} dimension(s) and {} value(s), not rows of names x "
                    "dimensions; write it as a matrix",
                    path, shape.size(), values.elements()));
  if (!values.type().number())
    file.refuse(
        fmt::format("{} holds {}, not numbers; write it as float32", path, values.type().name));
  // A shape that promises far more than the file holds would end in a lack of memory.
  auto const stored = static_cast<double>(H5Dget_storage_size(values.id()));
  if (static_cast<double>(values.elements()) > most_values_a_byte * (stored + 1))
    file.refuse(
        fmt::format("{} claims {} values, but the file stores {} bytes of it; write the file "
                    "anew",
                    path, values.elements(), stored));
  auto const width = static_cast<std::int64_t>(values.type().bytes) * shape[1];
  auto const step = std::clamp<std::int64_t>(bytes_a_read / width, 1, shape[0]);
  std::vector<char> buffer;
  Matrix out(shape[0], shape[1]);
  for (std::int64_t first = 0; first < shape[0]; first += step) {
    auto const rows = std::min(step, shape[0] - first);
    buffer.resize(static_cast<std::size_t>(rows * width));
    values.read_rows(first, rows, buffer.data());
    with_number_type(values.type(), [&](auto example) {
      auto const* const from = reinterpret_cast<decltype(example) const*>(buffer.data());
      std::transform(from, from + rows * shape[1], out.data() + first * shape[1],
                     [](auto value) { return static_cast<double>(value); });
    });
  }
  return out;
}

}  // namespace

FeatureFile read_h5ad_features(std::string const& path, FeatureFileOptions const& options) {
  Hdf5File const file(path);
  auto const key = path_of(file, options.key);
  refuse_group(file, key);
  AnndataFrame const frame(file, key.substr(0, 3));
  FeatureFile out;
  auto const rows = Hdf5Dataset(file, key).shape();
  if (rows.empty() || rows[0] != frame.size())
    file.refuse(fmt::format("{} has {} row(s), but {} has {}; write the file anew with anndata",
                            key, rows.empty() ? 0 : rows[0], frame.name(), frame.size()));
  out.values = dense(file, key);
  auto names = frame.text(options.names_key);
  auto const column =
      frame.name() + "/" + (options.names_key.empty() ? frame.index() : options.names_key);
  auto const missing = std::find(names.missing.begin(), names.missing.end(), true);
  if (missing != names.missing.end())
    file.refuse(
        fmt::format("the name in row {} of {} is missing; leave the row out or name another "
                    "column with names-key=",
                    missing - names.missing.begin() + 1, column));
  out.names = std::move(names.values);
  check_names(path, out.names, static_cast<std::size_t>(out.values.rows()),
              [&](std::size_t i) { return fmt::format("row {} of {}", i + 1, column); });
  check_finite(path, out);
  return out;
}

}  // namespace pertscale
