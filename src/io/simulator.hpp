#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "data/matrix.hpp"
#include "io/h5ad_writer.hpp"

/// Simulated screens with known effects. Every number depends on (seed, what it is for) only: a
/// cell on its index, an effect on its perturbation; never on a rank, a block or an order of work.
///
/// The model, for cell i of condition p in context c and gene g:
///     count ~ negative binomial with mean  L_i exp(b_cg + d_pcg)  and shape r_g
///     (variance = mean + mean^2 / r_g)
///     L_i     library size, log-normal with mean 1
///     b_cg    log mean of the control, log-normal over genes, differing between contexts
///     d_pcg   effect. single of t:  s_cg + e_t . R_cg + noise (on 2 % of the genes);  -k_t for g =
///     t
///             double of t, u:       d_tcg + d_ucg + a_p (e_t * e_u) . R_cg
///     s_cg    shift that all perturbations have in common
///     e_t     embedding of the target (16 numbers): those of genes with common modules are similar
///     R_cg    response of the gene (16 numbers), similar within modules
///     a_p     size of the interaction, 0 for most doubles
/// With several contexts, s, R and the noise of each correlate by 0.7 with a part that all share
/// (so by 0.49 with each other); the own knock-down k is the same everywhere.
namespace pertscale {

struct SimulationOptions {
  std::int64_t cells = 0;
  std::int64_t genes = 0;
  std::int64_t perturbations = 0;  ///< single perturbations, each of one gene
  std::int64_t doubles = 0;        ///< pairs of those
  std::int64_t contexts = 1;
  std::int64_t seed = 1;

  /// Control, singles and doubles.
  std::int64_t conditions() const { return 1 + perturbations + doubles; }
};

/// Throws a UserError with a sentence for each option out of range.
void check_simulation(SimulationOptions const& options);

struct SimulatedCondition {
  std::string name;                      ///< `control`, `G00001`, `G00001+G00002`
  std::int32_t first = -1, second = -1;  ///< target genes, or -1
  double interaction = 0;                ///< size of the departure from additivity; dimensionless
};

using FloatMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Everything that is known of a simulated screen before any cell is drawn.
struct SimulationTruth {
  static constexpr std::int64_t dimensions = 16;  ///< of an embedding
  /// Correlation of a context's shift, response and noise with the part that contexts share.
  static constexpr double shared = 0.7;

  SimulationOptions options;
  std::vector<std::string> genes;
  std::vector<std::string> contexts;
  std::vector<SimulatedCondition> conditions;      ///< control, singles, doubles
  std::vector<std::vector<std::int32_t>> modules;  ///< a list for each gene, ascending
  std::int32_t module_count = 0;
  FloatMatrix embedding;              ///< genes x 16
  std::vector<FloatMatrix> response;  ///< for each context: 16 x genes
  FloatMatrix shift;                  ///< contexts x genes, natural log
  Matrix log_mean;                    ///< contexts x genes: log of the mean count of a control cell
  std::vector<double> shape;          ///< r of the negative binomial, one a gene
  std::vector<double> knock_down;     ///< one a gene, natural log, positive

  /// d of genes [first, first + out.size()), natural log.
  void log_fold_change(std::size_t condition, std::size_t context, std::int64_t first,
                       std::span<float> out) const;
};

SimulationTruth make_truth(SimulationOptions const& options);

/// What a cell is. Conditions are spread evenly over contexts, in an order without pattern.
struct SimulatedCell {
  std::int32_t condition = 0;
  std::int32_t context = 0;
  double library = 1;  ///< L, mean 1 over cells
};
SimulatedCell simulated_cell(SimulationTruth const& truth, std::int64_t cell);

/// Draws cells, for all genes or a range of them. Mean counts of conditions are kept from one call
/// to the next in at most `bytes` of memory.
class CellSimulator {
 public:
  struct Genes {
    std::int64_t first = 0, last = 0;  ///< first is a multiple of 4
  };
  CellSimulator(SimulationTruth const& truth, std::uint64_t bytes);
  CellSimulator(SimulationTruth const& truth, std::uint64_t bytes, Genes genes);

  /// Counts of cells [first, last); columns are genes of the whole screen.
  SparseBlock block(std::int64_t first, std::int64_t last);

 private:
  std::span<float const> means(SimulatedCell const& cell);
  void compute(SimulatedCell const& cell, std::span<float> out) const;
  void draw(std::int64_t index, double library, std::span<float const> mean,
            SparseBlock& out) const;
  void draw_strip(std::int64_t index, std::int64_t start, double library,
                  std::span<float const> mean, SparseBlock& out) const;
  float draw_large(std::int64_t index, std::int64_t gene, double expected) const;

  SimulationTruth const& truth_;
  Genes genes_;
  std::uint64_t left_;                    ///< bytes that may still be kept
  std::vector<std::vector<float>> kept_;  ///< context x condition; empty: not kept
  std::vector<float> scratch_;
  std::uint64_t words_key_, large_key_;
};

/// Counts of cells [first, last), all genes.
SparseBlock simulate_cells(SimulationTruth const& truth, std::int64_t first, std::int64_t last);

}  // namespace pertscale
