#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "io/anndata_frame.hpp"
#include "io/feature_hdf5.hpp"
#include "io/hdf5_dataset.hpp"

namespace pertscale {

namespace {

using Kind = Hdf5File::Kind;
/// "obsm/NAME" of every matrix that belongs to cells or genes; X, where there is one, at the end.
std::vector<std::string> known_keys(Hdf5File const& file) {
  std::vector<std::string> keys;
  for (std::string const group : {"obsm", "varm"})
    for (auto const& name : file.children(group)) keys.push_back(fmt::format("{}/{}", group, name));
  if (file.has("X")) keys.emplace_back("X");
  return keys;
}

/// The key as a path; of a bare NAME the group that has it. Without a key the one matrix of obsm
/// and varm, or X where they hold none.
std::string path_of(Hdf5File const& file, std::string const& key) {
  auto const known = known_keys(file);
  std::string const all = known.empty() ? "none" : join(known, ", ");
  bool const has_x = !known.empty() && known.back() == "X";
  if (key.empty() && (known.size() == 1 || (known.size() == 2 && has_x))) return known.front();
  if (key.empty())
    file.refuse(
        fmt::format("say which matrix holds the features with key=obsm/NAME, key=varm/NAME or "
                    "key=X; there are: {}",
                    all));
  std::vector<std::string> found;
  for (auto const& path : known)
    if (path == key || path == "obsm/" + key || path == "varm/" + key) found.push_back(path);
  if (found.size() > 1)
    file.refuse(fmt::format("'{}' is {} and {}; write key=obsm/{} or key=varm/{}", key, found[0],
                            found[1], key, key));
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
  auto const place =
      slash == std::string::npos
          ? "adata." + path
          : fmt::format("adata.{}['{}']", path.substr(0, slash), path.substr(slash + 1));
  file.refuse(fmt::format("{} is {}, not a dense matrix; write it as one: {} = {}.{}", path,
                          form.empty() ? "a group" : form, place, place,
                          form == "dataframe" ? "to_numpy(dtype='float32')" : "toarray()"));
}

std::string place_of(AnndataFrame const& frame, std::string const& column) {
  return frame.name() + "/" + (column.empty() ? frame.index() : column);
}

/// A column as names, none of them missing; of an empty name the index.
std::vector<std::string> whole_column(Hdf5File const& file, AnndataFrame const& frame,
                                      std::string const& column) {
  auto names = frame.text(column);
  auto const missing = std::find(names.missing.begin(), names.missing.end(), true);
  if (missing != names.missing.end())
    file.refuse(
        fmt::format("the name in row {} of {} is missing; leave the row out or name another "
                    "column with names-key=",
                    missing - names.missing.begin() + 1, place_of(frame, column)));
  return std::move(names.values);
}

/// A side of a matrix (0: rows) is as long as its frame.
void check_length(Hdf5File const& file, std::string const& key,
                  std::vector<std::int64_t> const& shape, std::size_t side,
                  AnndataFrame const& frame) {
  auto const length = side < shape.size() ? shape[side] : 0;
  if (length != frame.size())
    file.refuse(fmt::format("{} has {} {}, but {} has {}; write the file anew with anndata", key,
                            length, side == 0 ? "row(s)" : "column(s)", frame.name(),
                            frame.size()));
}

}  // namespace

FeatureFile read_h5ad_features(Hdf5File const& file, FeatureFileOptions const& options) {
  if (!file.has("obs") && !file.has("var"))
    file.refuse(
        "is an HDF5 file, but neither AnnData (obs and var) nor an exported embedding (datasets "
        "values, names x dimensions, and names); write one of the two");
  auto const key = path_of(file, options.key);
  refuse_group(file, key);
  bool const whole = key == "X";
  AnndataFrame const frame(file, whole ? "obs" : key.substr(0, 3));
  FeatureFile out;
  auto const shape = Hdf5Dataset(file, key).shape();
  check_length(file, key, shape, 0, frame);
  out.values = dense_features(file, key);
  out.names = whole_column(file, frame, options.names_key);
  if (whole) {
    AnndataFrame const genes(file, "var");
    check_length(file, key, shape, 1, genes);
    out.dimensions = whole_column(file, genes, "");
  }
  check_names(file.path(), out.names, static_cast<std::size_t>(out.values.rows()),
              [&](std::size_t i) {
                return fmt::format("row {} of {}", i + 1, place_of(frame, options.names_key));
              });
  check_finite(file.path(), out);
  return out;
}

}  // namespace pertscale
