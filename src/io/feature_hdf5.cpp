#include "io/feature_hdf5.hpp"

#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"

namespace pertscale {

namespace {

using Kind = Hdf5File::Kind;
constexpr double most_values_a_byte = 5000;  // more than gzip can make
constexpr std::int64_t bytes_a_read = std::int64_t{8} << 20U;

/// An attribute as text, whether it is written as text or as a whole number.
std::string attribute(Hdf5File const& file, std::string const& name) {
  if (auto const whole = file.integers("/", name); whole && !whole->empty())
    return std::to_string(whole->front());
  return file.text("/", name);
}

/// What the embedding says of itself, for people.
void note_origin(Hdf5File const& file, FeatureFile& out) {
  std::vector<std::string> parts;
  for (std::string const name : {"model", "layer", "pool", "normalised"})
    if (auto const value = attribute(file, name); !value.empty())
      parts.push_back(fmt::format("{} {}", name, value));
  if (!parts.empty())
    out.notes.push_back(fmt::format("{}: says of itself: {}.", file.path(), join(parts, ", ")));
}

void check_kind(Hdf5File const& file) {
  auto const kind = file.text("/", "kind");
  if (kind == "cell")
    file.refuse(
        "its attribute kind says cell: features are of genes or perturbations; export a row a "
        "gene (kind gene) or a perturbation (kind pert), for instance the mean of its cells");
  if (!kind.empty() && kind != "gene" && kind != "pert")
    file.refuse(fmt::format("its attribute kind is '{}'; write gene or pert", kind));
}

void check_id_space(Hdf5File const& file, FeatureFile& out) {
  auto const space = file.text("/", "id_space");
  if (!space.empty() && space != "symbol" && space != "ensembl")
    file.refuse(fmt::format("its attribute id_space is '{}'; write symbol or ensembl", space));
  if (space == "ensembl")
    out.notes.push_back(fmt::format(
        "{}: its names are Ensembl ids; where the screen has symbols, translate them by gene-map=.",
        file.path()));
}

}  // namespace

Matrix dense_features(Hdf5File const& file, std::string const& path) {
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

bool is_exported_embedding(Hdf5File const& file) {
  return !file.has("obs") && file.kind("values") == Kind::dataset &&
         file.kind("names") == Kind::dataset;
}

FeatureFile read_exported_embedding(Hdf5File const& file) {
  check_kind(file);
  FeatureFile out;
  check_id_space(file, out);
  note_origin(file, out);
  Hdf5Dataset const names(file, "names");
  if (names.shape().size() != 1 || names.type().kind != ElementType::Kind::text)
    file.refuse(
        fmt::format("names has {} dimension(s) of {}, not one of text; write a name a row "
                    "of values",
                    names.shape().size(), names.type().name));
  out.names = names.texts();
  out.values = dense_features(file, "values");
  check_names(file.path(), out.names, static_cast<std::size_t>(out.values.rows()),
              [](std::size_t i) { return fmt::format("row {} of names", i + 1); });
  check_finite(file.path(), out);
  return out;
}

}  // namespace pertscale
