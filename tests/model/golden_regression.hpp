#pragma once
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "csv_table.hpp"
#include "data/features.hpp"
#include "model/made_training.hpp"
#include "shared_data.hpp"

namespace pertscale {

/// Reference outputs of scikit-learn 1.9.1 on a real screen (golden/regression/README.md there):
/// 150 targets, 200 genes, five folds.
struct GoldenRegression {
  std::map<std::string, Matrix> arrays;
  GeneTable genes = lettered_genes(200);

  Matrix const& operator[](std::string const& name) const { return arrays.at(name); }
  bool held_out(Eigen::Index row, int fold) const { return arrays.at("fold")(0, row) == fold; }
  /// The screen without a fold; condition i is named by its row.
  TrainingView training(int fold) const;
  std::shared_ptr<FeatureTable const> table(std::string const& features) const;
  /// Predicted changes, each row by the fit without its fold; rows without features are NaN.
  Matrix out_of_fold(std::string const& model, std::string const& features) const;
};

inline std::string row_name(Eigen::Index row) { return "row" + std::to_string(1000 + row); }

/// A model that has its table of features at hand.
inline Part<Model> made_feature_model(std::string const& text,
                                      std::shared_ptr<FeatureTable const> table) {
  auto part = made_model(text + " features=made.csv");
  part.options.find("features")->features->table = std::move(table);
  return part;
}

inline std::shared_ptr<FeatureTable const> made_table(std::vector<std::string> const& names,
                                                      Matrix values) {
  auto out = std::make_shared<FeatureTable>();
  out->names = names;
  out->values = std::move(values);
  out->index_names();
  return out;
}

inline TrainingView GoldenRegression::training(int fold) const {
  auto const& profiles = arrays.at("profiles");
  std::vector<std::string> names;
  std::vector<Eigen::Index> rows;
  for (Eigen::Index i = 0; i < profiles.rows(); ++i)
    if (!held_out(i, fold)) {
      names.push_back(row_name(i));
      rows.push_back(i);
    }
  return made_training(genes, names, profiles(rows, Eigen::all),
                       arrays.at("control").row(0).transpose());
}

inline std::shared_ptr<FeatureTable const> GoldenRegression::table(
    std::string const& features) const {
  auto const& all = arrays.at(features);
  std::vector<std::string> names;
  std::vector<Eigen::Index> rows;
  for (Eigen::Index i = 0; i < all.rows(); ++i)
    if (features != "enformer" || arrays.at("has_enformer")(0, i) == 1) {
      names.push_back(row_name(i));
      rows.push_back(i);
    }
  return made_table(names, all(rows, Eigen::all));
}

inline Matrix GoldenRegression::out_of_fold(std::string const& model,
                                            std::string const& features) const {
  auto const rows = table(features);
  Matrix out(150, static_cast<Eigen::Index>(genes.size()));
  for (int fold = 0; fold < 5; ++fold) {
    auto const part = made_feature_model(model, rows);
    part.object->fit(training(fold), 1);
    for (Eigen::Index i = 0; i < out.rows(); ++i) {
      if (!held_out(i, fold)) continue;
      auto const prediction = part.object->predict(conditions({row_name(i)}));
      out.row(i).setConstant(std::nan(""));
      if (prediction.status[0].ok())
        out.row(i) = prediction.mean.row(0) - arrays.at("control").row(0);
    }
  }
  return out;
}

/// Largest difference on the genes that the reference keeps; infinity where only one is missing.
inline double difference(Matrix const& ours, Matrix const& reference,
                         std::set<Eigen::Index> const& leave_out = {}) {
  double largest = 0;
  for (Eigen::Index i = 0; i < reference.rows(); ++i) {
    if (leave_out.contains(i)) continue;
    for (Eigen::Index g = 0; g < reference.cols(); ++g) {
      if (std::isnan(ours(i, g)) && std::isnan(reference(i, g))) continue;
      double const off = std::abs(ours(i, g) - reference(i, g));
      largest = std::isnan(off) ? INFINITY : std::max(largest, off);
    }
  }
  return largest;
}

/// Nothing where the shared data are absent (which is said).
inline std::optional<GoldenRegression> golden_regression() {
  auto const screen = shared_file("data/vcc-h1-pseudobulk.h5ad");
  auto const folder = shared_file("golden/regression/linear.npz");
  if (!screen || !folder) return std::nullopt;
  std::string const command = "/usr/bin/python3 '" PERTSCALE_SOURCE_DIR
                              "/tests/model/golden_regression.py' '" +
                              screen->string() + "' '" + folder->parent_path().string() + "'";
  std::unique_ptr<FILE, int (*)(FILE*)> const pipe(popen(command.c_str(), "r"), pclose);
  GoldenRegression out;
  char name[200];
  long rows = 0, columns = 0;
  while (fscanf(pipe.get(), "%199s %ld %ld", name, &rows, &columns) == 3) {
    fgetc(pipe.get());
    Matrix values(rows, columns);
    auto const count = static_cast<std::size_t>(values.size());
    if (fread(values.data(), sizeof(double), count, pipe.get()) != count)
      throw std::runtime_error("golden_regression.py was cut short");
    out.arrays.emplace(name, std::move(values));
  }
  if (out.arrays.empty()) throw std::runtime_error("golden_regression.py gave nothing");
  return out;
}

}  // namespace pertscale
