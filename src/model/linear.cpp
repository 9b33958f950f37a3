#include <algorithm>
#include <optional>

#include "core/error.hpp"
#include "core/text.hpp"
#include "model/embeddings.hpp"
#include "model/linear_fit.hpp"
#include "model/model.hpp"

namespace pertscale {
namespace {

/// x_hat = G W p + b + c0 with an embedding of genes G and of perturbations P (Nature Methods 2025,
/// sections 3.2 and 3.3). With P from training, a perturbation is the row of the training gene
/// embedding of its gene (first gene of that name), control a zero row, and combinations have none.
class Linear final : public Model {
 public:
  void declare(OptionList& options) override {
    options
        .add("rank", rank_,
             "dimensions of the embeddings; at most the number of genes and of training conditions")
        .at_least(1);
    options
        .add("ridge", ridge_,
             "penalty on both sides, of squared embedding units; larger shrinks towards the mean "
             "change; 0 gives status singular where the embeddings are linearly dependent")
        .at_least(0);
    options
        .add("gene-embedding", gene_embedding_,
             "of the read-out genes: principal components of the training profiles, or random")
        .one_of({"pca", "random"});
    options
        .add("perturbation-embedding", perturbation_embedding_,
             "of the perturbations: the training profiles' component scores of the perturbed gene, "
             "or random")
        .one_of({"training", "random"});
  }

  void fit(TrainingView const& training, std::uint64_t seed) override;
  Prediction predict(std::span<Condition const> held_out) const override;

  double flops(double training, double held_out, double genes) const override {
    double const small = std::min(training + 1, genes), large = std::max(training + 1, genes);
    double const svd = 4 * large * small * small + 20 * small * small * small;
    return svd + 2 * rank_ * genes * (training + held_out + 2.0 * rank_);
  }

 private:
  bool random_perturbations() const { return perturbation_embedding_ == "random"; }
  std::optional<Vector> embedding_of(Condition const& condition) const;
  Matrix gene_embedding(TrainingView const& training) const;
  LinearProblem problem(TrainingView const& training) const;

  int rank_ = 10;
  double ridge_ = 0.1;
  std::string gene_embedding_ = "pca";
  std::string perturbation_embedding_ = "training";

  std::uint64_t seed_ = 0;
  GeneTable const* genes_ = nullptr;
  Matrix components_;  ///< training gene embedding, genes x dimensions; empty where not used
  Vector control_;
  std::optional<LinearFit> fit_;
  Status status_;  ///< why nothing is predicted
};

std::optional<Vector> Linear::embedding_of(Condition const& condition) const {
  if (random_perturbations())
    return random_embedding(seed_, "linear/perturbation", join(condition.targets, "+"), rank_);
  if (condition.is_control()) return Vector::Zero(components_.cols());
  if (condition.order() > 1) return std::nullopt;
  auto const gene = genes_->find(condition.targets.front());
  if (!gene) return std::nullopt;
  return components_.row(static_cast<Eigen::Index>(*gene)).transpose();
}

Matrix Linear::gene_embedding(TrainingView const& training) const {
  if (gene_embedding_ != "random") return components_;
  Matrix embedding(training.control.size(), rank_);
  for (Eigen::Index gene = 0; gene < embedding.rows(); ++gene)
    embedding.row(gene) =
        random_embedding(seed_, "linear/gene", genes_->name(static_cast<std::size_t>(gene)), rank_)
            .transpose();
  return embedding;
}

/// The training conditions that have an embedding, in their order, and control last.
LinearProblem Linear::problem(TrainingView const& training) const {
  std::vector<Vector> embeddings;
  std::vector<Eigen::Index> rows;
  for (std::size_t i = 0; i < training.size(); ++i)
    if (auto const embedding = embedding_of(training.conditions[i])) {
      embeddings.push_back(*embedding);
      rows.push_back(static_cast<Eigen::Index>(i));
    }
  embeddings.push_back(*embedding_of(Condition{}));
  auto const count = static_cast<Eigen::Index>(embeddings.size());

  LinearProblem out{gene_embedding(training), Matrix(count, embeddings.front().size()),
                    Matrix::Zero(count, control_.size()), ridge_};
  for (Eigen::Index i = 0; i < count; ++i) {
    out.perturbations.row(i) = embeddings[static_cast<std::size_t>(i)].transpose();
    if (i + 1 < count)
      out.changes.row(i) =
          training.profiles.row(rows[static_cast<std::size_t>(i)]) - control_.transpose();
  }
  return out;
}

void Linear::fit(TrainingView const& training, std::uint64_t seed) {
  seed_ = seed;
  genes_ = training.genes;
  control_ = training.control;
  components_.resize(0, 0);
  fit_.reset();
  status_ = {};
  if (training.values == ValueKind::latent && !random_perturbations()) {
    status_ = Status("not_applicable");
    return;
  }
  if (gene_embedding_ == "pca" || !random_perturbations())
    components_ = pca_gene_embedding(training, rank_);
  fit_ = LinearFit::fit(problem(training));
  if (!fit_) status_ = Status("singular");
}

Prediction Linear::predict(std::span<Condition const> held_out) const {
  if (control_.size() == 0) throw InternalError("linear: predict before fit");
  Prediction prediction(held_out.size(), static_cast<std::size_t>(control_.size()));
  for (std::size_t i = 0; i < held_out.size(); ++i) {
    prediction.status[i] = status_;
    if (!status_.ok()) continue;
    if (auto const embedding = embedding_of(held_out[i]))
      prediction.mean.row(static_cast<Eigen::Index>(i)) =
          (fit_->change(*embedding) + control_).transpose();
    else
      prediction.status[i] = Status("no_embedding");
  }
  return prediction;
}

Registered<Model> const registered{{
    .name = "linear",
    .summary = "bilinear model on embeddings of genes and perturbations",
    .source = "Ahlmann-Eltze et al. 2025, Nat. Methods, doi 10.1038/s41592-025-02772-6, eq. 3",
    .traits = {.stochastic = true},
    .make = [] { return std::make_unique<Linear>(); },
}};

}  // namespace
}  // namespace pertscale
