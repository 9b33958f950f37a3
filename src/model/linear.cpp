#include <algorithm>
#include <optional>

#include "core/error.hpp"
#include "core/text.hpp"
#include "data/features.hpp"
#include "model/embeddings.hpp"
#include "model/linear_fit.hpp"
#include "model/model.hpp"

namespace pertscale {
namespace {

/// x_hat = G W p + b + c0 with an embedding of genes G and of perturbations P (Nature Methods 2025,
/// sections 3.2 and 3.3). With P from training, a perturbation is the row of the training gene
/// embedding of its gene (first gene of that name), control a zero row, and combinations have none.
/// With P from features, a perturbation or combination is the row of its name. A gene without a row
/// in a G from features has a zero row: its prediction is the mean training change (the paper
/// leaves such genes out of the score of that method instead).
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
    options.add("gene-embedding", gene_embedding_,
                "of the read-out genes: principal components of the training profiles, random, or "
                "features from files");
    options.add("perturbation-embedding", perturbation_embedding_,
                "of the perturbations: the training profiles' component scores of the perturbed "
                "gene, random, or features from files, of another screen by screen:FILE");
  }

  void use(LinearAlgebra const& algebra) override { algebra_ = &algebra; }
  void fit(TrainingView const& training, std::uint64_t seed) override;
  Prediction predict(std::span<Condition const> held_out) const override;

  double flops(double training, double held_out, double genes) const override {
    double const small = std::min(training + 1, genes), large = std::max(training + 1, genes);
    double const svd = 4 * large * small * small + 20 * small * small * small;
    return svd + 2 * rank_ * genes * (training + held_out + 2.0 * rank_);
  }

 private:
  bool trains_perturbations() const { return perturbation_embedding_.text == "training"; }
  std::optional<Vector> embedding_of(Condition const& condition) const;
  Matrix gene_embedding(TrainingView const& training) const;
  LinearProblem problem(TrainingView const& training) const;

  int rank_ = 10;
  double ridge_ = 0.1;
  InputFeatures gene_embedding_{.text = "pca", .words = {"pca", "random"}};
  InputFeatures perturbation_embedding_{.text = "training", .words = {"training", "random"}};
  LinearAlgebra const* algebra_ = &own_linear_algebra();

  std::uint64_t seed_ = 0;
  GeneTable const* genes_ = nullptr;
  Matrix components_;  ///< training gene embedding, genes x dimensions; empty where not used
  Vector control_;
  std::optional<LinearFit> fit_;
  Status status_;  ///< why nothing is predicted
};

/// Features of the read-out genes, zeros where a gene has none.
Matrix feature_rows(FeatureTable const& table, GeneTable const& genes) {
  Matrix out = Matrix::Zero(static_cast<Eigen::Index>(genes.size()), table.values.cols());
  for (std::size_t g = 0; g < genes.size(); ++g)
    if (auto const row = table.find(genes.name(g)))
      out.row(static_cast<Eigen::Index>(g)) = table.values.row(static_cast<Eigen::Index>(*row));
  return out;
}

std::optional<Vector> Linear::embedding_of(Condition const& condition) const {
  auto const name = join(condition.targets, "+");
  if (perturbation_embedding_.names_files())
    return perturbation_embedding_.table->row_of_targets(name);
  if (!trains_perturbations()) return random_embedding(seed_, "linear/perturbation", name, rank_);
  if (condition.is_control()) return Vector::Zero(components_.cols());
  if (condition.order() > 1) return std::nullopt;
  auto const gene = genes_->find(condition.targets.front());
  if (!gene) return std::nullopt;
  return components_.row(static_cast<Eigen::Index>(*gene)).transpose();
}

Matrix Linear::gene_embedding(TrainingView const& training) const {
  if (gene_embedding_.text == "pca") return components_;
  if (gene_embedding_.names_files()) return feature_rows(*gene_embedding_.table, *genes_);
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
  bool const needs_genes = trains_perturbations() || gene_embedding_.names_files();
  if (training.values == ValueKind::latent && needs_genes) {
    status_ = Status("not_applicable");
    return;
  }
  if (gene_embedding_.text == "pca" || trains_perturbations())
    components_ = pca_gene_embedding(training, rank_, *algebra_);
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
    .traits = {.stochastic = true, .team = true},
    .make = [] { return std::make_unique<Linear>(); },
}};

}  // namespace
}  // namespace pertscale
