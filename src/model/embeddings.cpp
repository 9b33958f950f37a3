#include "model/embeddings.hpp"

#include <string>

#include "core/random.hpp"
#include "core/sums.hpp"

namespace pertscale {

Matrix pca_gene_embedding(TrainingView const& training, Eigen::Index rank,
                          LinearAlgebra const& algebra) {
  Matrix conditions(training.profiles.rows() + 1, training.control.size());
  conditions.topRows(training.profiles.rows()) = training.profiles;
  conditions.bottomRows(1) = training.control.transpose();
  bool const centre = training.values != ValueKind::latent;
  for (Eigen::Index i = 0; centre && i < conditions.rows(); ++i) {
    auto const profile = row_of(conditions, static_cast<std::size_t>(i));
    double const mean = ordered_sum(profile.size(), [&](std::size_t g) { return profile[g]; }) /
                        static_cast<double>(profile.size());
    conditions.row(i).array() -= mean;
  }
  // The rows of a row-major matrix are the columns of its transpose: genes x conditions, no copy.
  Eigen::Map<Eigen::MatrixXd const> const genes(conditions.data(), conditions.cols(),
                                                conditions.rows());
  return algebra.svd(genes, rank).scores();
}

Vector random_embedding(std::uint64_t seed, std::string_view purpose, std::string_view name,
                        Eigen::Index size) {
  RandomStream stream(seed, std::string(purpose) + "/" + std::string(name));
  Vector values(size);
  for (auto& value : values) value = stream.normal();
  return values;
}

}  // namespace pertscale
