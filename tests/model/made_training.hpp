#pragma once
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/random.hpp"
#include "model/model.hpp"

/// Small training views and one-line use of a model, for the tests of this room.
namespace pertscale {

inline Condition condition(std::string const& name) { return parse_condition(name, {}); }

inline std::vector<Condition> conditions(std::vector<std::string> const& names) {
  std::vector<Condition> out;
  for (auto const& name : names) out.push_back(condition(name));
  return out;
}

/// A view of `profiles` (a row a name); cells are 10, 20, 30 ...
inline TrainingView made_training(GeneTable const& genes, std::vector<std::string> const& names,
                                  Matrix profiles, Vector control) {
  TrainingView view;
  view.genes = &genes;
  view.conditions = conditions(names);
  for (std::size_t i = 0; i < names.size(); ++i)
    view.cells.push_back(static_cast<std::int64_t>(10 * (i + 1)));
  view.profiles = std::move(profiles);
  view.control = std::move(control);
  view.control_cells = 100;
  return view;
}

/// `count` genes named A, B, ..., Z, A1, B1 ...
inline GeneTable lettered_genes(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) {
    std::string name(1, static_cast<char>('A' + i % 26));
    if (i >= 26) name += std::to_string(i / 26);
    names.push_back(name);
  }
  return GeneTable(std::move(names));
}

/// Made profiles: a control level a gene and a change of a few tenths a condition and gene.
inline Matrix made_profiles(std::size_t rows, std::size_t genes, std::uint64_t seed,
                            double change) {
  Matrix out(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(genes));
  for (Eigen::Index g = 0; g < out.cols(); ++g) {
    double const level = 5 * RandomStream(7, static_cast<std::uint64_t>(g)).uniform();
    for (Eigen::Index i = 0; i < out.rows(); ++i) {
      RandomStream stream(seed, static_cast<std::uint64_t>(i * 1000 + g));
      out(i, g) = level + change * stream.normal();
    }
  }
  return out;
}

inline Part<Model> made_model(std::string const& text) {
  Mistakes mistakes;
  auto part = make_part<Model>(parse_part(text), mistakes);
  mistakes.raise();
  return part;
}

inline Prediction predicted(std::string const& text, TrainingView const& view,
                            std::vector<std::string> const& held_out, std::uint64_t seed = 1) {
  auto const part = made_model(text);
  part.object->fit(view, seed);
  return part.object->predict(conditions(held_out));
}

/// Sum over the validation conditions of the Pearson correlation of predicted and measured change.
inline double validation_pearson(Matrix const& said, TrainingView const& view) {
  double sum = 0;
  for (Eigen::Index i = 0; i < said.rows(); ++i) {
    Vector a = said.row(i).transpose() - view.control;
    Vector b = view.validation_profiles.row(i).transpose() - view.control;
    a.array() -= a.mean();
    b.array() -= b.mean();
    sum += a.dot(b) / (a.norm() * b.norm());
  }
  return sum;
}

inline double largest_difference(Matrix const& a, Matrix const& b) {
  return (a - b).cwiseAbs().maxCoeff();
}

}  // namespace pertscale
