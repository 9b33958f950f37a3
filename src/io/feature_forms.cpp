#include "io/feature_forms.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "core/csv_text.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "io/utf8.hpp"
#include "io/whole_text.hpp"

namespace pertscale {

void refuse_pickle(std::string const& path) {
  bool const packed = path.ends_with(".gz");
  throw UserError(fmt::format(
      "{}: is a Python pickle, which runs code when it is read and is not read here; export it, "
      "where it is a dictionary of name -> vector: import pickle, gzip, numpy as np; e = "
      "pickle.load({}('{}', 'rb')); np.savez_compressed('features.npz', "
      "genes=np.array(list(e), dtype=str), emb=np.array(list(e.values()), dtype='<f4'))",
      path, packed ? "gzip.open" : "open", path));
}

void refuse_torch(std::string const& path) {
  throw UserError(fmt::format(
      "{}: is a file of PyTorch (a pickle), which is not read here; export the matrix and the "
      "names "
      "of its rows: import torch, numpy as np; e = torch.load('{}', map_location='cpu'); "
      "np.savez_compressed('features.npz', genes=np.array(list(e), dtype=str), "
      "emb=np.array([v.float().numpy() for v in e.values()], dtype='<f4'))  (for a checkpoint take "
      "e = dict(zip(names, e['encoder.embedding.weight'])), with the names in the order of its "
      "vocabulary)",
      path, path));
}

void refuse_arrow(std::string const& path) {
  throw UserError(fmt::format(
      "{}: is a file of Arrow or Parquet, which is not read here; export it, with the names in the "
      "first column: import pandas as pd, numpy as np; t = pd.read_{}('{}'); "
      "np.savez_compressed('features.npz', genes=t.iloc[:, 0].to_numpy(dtype=str), emb=t.iloc[:, "
      "1:].to_numpy(dtype='<f4'))",
      path, path.ends_with(".parquet") ? "parquet" : "feather", path));
}

void check_names(std::string const& path, std::vector<std::string> const& names, std::size_t rows,
                 std::function<std::string(std::size_t)> const& place) {
  if (names.size() != rows)
    throw UserError(fmt::format(
        "{}: {} name(s), but {} row(s) of values; write one name for every row, in their order",
        path, names.size(), rows));
  if (rows == 0)
    throw UserError(path + ": holds no rows (0 names); write one row of values a name");
  std::unordered_map<std::string_view, std::size_t> first;
  first.reserve(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty())
      throw UserError(fmt::format("{}: the name in {} is empty; give it a name or leave it out",
                                  path, place(i)));
    if (!is_utf8(names[i]))
      throw UserError(
          fmt::format("{}: the name in {} is not UTF-8 text; write the file anew", path, place(i)));
    auto const [before, is_new] = first.emplace(names[i], i);
    if (!is_new)
      throw UserError(
          fmt::format("{}: the name {} is there twice, in {} and in {}; keep one of them", path,
                      names[i], place(before->second), place(i)));
  }
}

void check_finite(std::string const& path, FeatureFile const& file) {
  auto const columns = static_cast<std::size_t>(file.values.cols());
  for (std::size_t i = 0; i < file.names.size(); ++i) {
    auto const row = row_of(file.values, i);
    for (std::size_t c = 0; c < columns; ++c)
      if (!std::isfinite(row[c]))
        throw UserError(fmt::format(
            "{}: the value of {} in column {} is {}; give it a finite value or leave the name out",
            path, file.names[i],
            file.dimensions.empty() ? std::to_string(c + 1) : file.dimensions[c], row[c]));
  }
}

std::vector<std::string> read_names_file(std::string const& path, FeatureFileOptions const& options,
                                         std::size_t rows) {
  auto names_path = options.names_file;
  if (names_path.empty())
    names_path = std::filesystem::path(path).replace_extension(".txt").string();
  std::error_code error;
  if (!std::filesystem::is_regular_file(names_path, error))
    throw UserError(fmt::format(
        "{}: holds no names of its {} rows, and there is no file {}; write the names there, one a "
        "line in the order of the rows, or name such a file with names-file=",
        path, rows, names_path));
  auto const text = whole_text(names_path);
  std::vector<std::string> names;
  std::string_view rest(text), line;
  if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
  while (next_line(rest, line)) names.emplace_back(trim(line));
  while (!names.empty() && names.back().empty()) names.pop_back();
  if (names.size() != rows)
    throw UserError(fmt::format(
        "{}: {} name(s), but {} has {} row(s); write one name a line for every row, in their order",
        names_path, names.size(), path, rows));
  check_names(names_path, names, rows, [](std::size_t i) { return fmt::format("line {}", i + 1); });
  return names;
}

std::int32_t NumberedNames::number(std::string_view name) {
  auto const next = static_cast<std::int32_t>(names_.size());
  auto const [found, is_new] = numbers_.try_emplace(std::string(name), next);
  if (is_new) names_.emplace_back(name);
  return found->second;
}

}  // namespace pertscale
