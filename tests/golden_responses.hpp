#pragma once
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "csv_table.hpp"
#include "data/matrix.hpp"
#include "io/hdf5_dataset.hpp"
#include "io/hdf5_file.hpp"
#include "npz_arrays.hpp"
#include "shared_data.hpp"

namespace pertscale {

/// The regression problem of golden/regression: changes of the conditions in 200 genes (or in all
/// 2,129), features, folds (see its README).
struct GoldenResponses {
  Matrix features;        ///< conditions x dimensions
  Matrix changes;         ///< conditions x genes
  Vector control;         ///< of the genes
  std::vector<int> fold;  ///< of a condition; -1: it has no features

  std::vector<Eigen::Index> rows(int held_out, bool inside) const {
    std::vector<Eigen::Index> out;
    for (std::size_t i = 0; i < fold.size(); ++i)
      if (fold[i] >= 0 && (fold[i] == held_out) == inside)
        out.push_back(static_cast<Eigen::Index>(i));
    return out;
  }
  std::vector<Eigen::Index> trained(int held_out) const { return rows(held_out, false); }
  std::vector<Eigen::Index> tested(int held_out) const { return rows(held_out, true); }
};

/// None where the reference data are absent.
inline std::optional<GoldenResponses> golden_responses(std::string const& features,
                                                       bool all_genes = false) {
  auto const table = shared_file("golden/regression/conditions.csv");
  auto const genes = shared_file("golden/regression/genes200.csv");
  auto const arrays = shared_file("golden/regression/features.npz");
  auto const screen = shared_file("data/vcc-h1-pseudobulk.h5ad");
  if (!table || !genes || !arrays || !screen) return std::nullopt;
  CsvTable const conditions(*table), columns(*genes);
  GoldenResponses out;
  out.features = NpzArrays(*arrays).at(features);
  Hdf5File const file(screen->string());
  std::vector<std::string> names;
  std::vector<std::int16_t> codes(151);
  std::vector<float> values(151 * 2129);
  names = Hdf5Dataset(file, "obs/condition/categories").texts();
  Hdf5Dataset(file, "obs/condition/codes").read_rows(0, 151, codes.data());
  Hdf5Dataset(file, "X").read_rows(0, 151, values.data());
  std::vector<std::size_t> kept;
  for (std::size_t g = 0; g < (all_genes ? 2129 : columns.rows()); ++g)
    kept.push_back(all_genes ? g : static_cast<std::size_t>(columns.number(g, "column")));
  auto const profile = [&](std::string const& name) {
    auto const code = std::find(names.begin(), names.end(), name) - names.begin();
    auto const row =
        static_cast<std::size_t>(std::find(codes.begin(), codes.end(), code) - codes.begin());
    Vector x(static_cast<Eigen::Index>(kept.size()));
    for (std::size_t g = 0; g < kept.size(); ++g)
      x[static_cast<Eigen::Index>(g)] = static_cast<double>(values.at(row * 2129 + kept[g]));
    return x;
  };
  out.control = profile("non-targeting");
  out.changes.resize(static_cast<Eigen::Index>(conditions.rows()), out.control.size());
  for (std::size_t i = 0; i < conditions.rows(); ++i) {
    bool const usable = features != "enformer" || conditions.text(i, "has_enformer") == "1";
    out.fold.push_back(usable ? static_cast<int>(conditions.number(i, "fold")) : -1);
    out.changes.row(static_cast<Eigen::Index>(i)) =
        (profile(conditions.text(i, "condition")) - out.control).transpose();
  }
  return out;
}

}  // namespace pertscale
