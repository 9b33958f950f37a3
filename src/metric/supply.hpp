#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "data/matrix.hpp"
#include "data/status.hpp"
#include "statistics/cell_emission.hpp"
#include "statistics/fold_change.hpp"
#include "statistics/rank_sums.hpp"

/// What a metric may ask for beyond mean profiles: cells, tests, halves, raw sums. The suite
/// provides it; a metric names its requests beforehand (Metric::needs), so that what is costly is
/// prepared once for every metric and model.
namespace pertscale {

enum class Side { measured, predicted };

enum class DeMethod { t_test, t_test_overestim, wilcoxon };

/// One way to test every gene of a perturbation.
struct DeRequest {
  DeMethod method = DeMethod::t_test;
  TestReference reference = TestReference::control;  ///< `rest`: the other perturbations' cells
  bool rest_with_control = true;                     ///< is control among `rest`? (Shift: no)
  bool cpm = false;         ///< on counts scaled to 1e6 a cell, not log-normalised values
  bool continuity = false;  ///< of wilcoxon
  FoldChangeMean fold_change = FoldChangeMean::geometric;
  double epsilon = 1e-9;          ///< of the fold change
  double min_control_cpm = -1;    ///< gate on the measured control; below 0: none
  bool own_control = false;       ///< predicted side: compare with the prediction's own control
  bool control_variance = false;  ///< predicted side: pooled t-test with the control's variance
                                  ///< for both groups (PerturBench, use_control_variance)
  Emit emit = Emit::none;         ///< of a prediction without cells

  auto operator<=>(DeRequest const&) const = default;  // NOLINT(modernize-use-nullptr)
};

/// Tests of one condition, a value a gene of the context; NaN where there is no test.
struct DeRow {
  Status status;
  Profile score, log2fc, pvalue, padj;  ///< padj: Benjamini-Hochberg within the perturbation
};

struct CellRequest {
  enum class Values {
    expression,  ///< as the screen's: log-normalised, or latent coordinates
    counts,      ///< raw: needs_counts where the dataset has none
    components   ///< principal components fitted on the measured cells of the dataset
  } values = Values::expression;
  int components = 50;
  std::int64_t most = 0;  ///< a seeded sample of at most so many cells; 0: all
  Emit emit = Emit::none;

  auto operator<=>(CellRequest const&) const = default;  // NOLINT(modernize-use-nullptr)
};

/// How the forest is grown that tells the contexts of a dataset apart.
struct ContextRequest {
  std::int64_t most = 500;  ///< training cells of each context, a seeded sample; 0: all
  std::int64_t trees = 100;
};

/// The number of a context in the dataset.
struct SuppliedContext {
  Status status;
  std::size_t context = 0;
};

/// Cells x genes (or components), in the order of the file.
struct SuppliedCells {
  Status status;
  Matrix values;
};

/// A profile and the number of cells behind it.
struct SuppliedProfile {
  Status status;
  Profile values;
  std::int64_t cells = 0;
};

/// Counts of a group of cells, summed: genes, and the total over all genes of the file.
struct SuppliedCounts {
  Status status;
  Profile sums;
  double total = 0;
  std::int64_t cells = 0;
};

/// Hands over what stands behind the profiles of one context. `item` is a number of
/// ScoreContext::panel, or `control_item`. Views stay valid until the next call on the same object
/// with other arguments of the same method.
class ScoreSupply {
 public:
  static constexpr std::size_t control_item = std::numeric_limits<std::size_t>::max();

  virtual ~ScoreSupply() = default;
  virtual DeRow de(Side side, std::size_t item, DeRequest const& request) const = 0;
  virtual SuppliedCells cells(Side side, std::size_t item, CellRequest const& request) const = 0;
  virtual SuppliedCounts counts(Side side, std::size_t item) const = 0;
  /// Mean of one half (0 or 1) of the measured cells, halved by counter as half_groups does.
  virtual SuppliedProfile half(std::size_t item, int which) const = 0;
  /// The prediction's own control profile; needs_cells where it has none.
  virtual SuppliedProfile predicted_control() const = 0;
  /// Which context a forest of the split's training cells takes a profile for; not_applicable with
  /// one context.
  virtual SuppliedContext context_of(Profile, ContextRequest const&) const {
    return {Status("needs_cells"), 0};
  }
  /// Where a number may be kept that is worked out of the cells of one side of an item and is dear:
  /// other blocks of the same prediction find it there. `name` says all that it depends on beside
  /// the cells. Null: nothing is kept.
  virtual std::optional<double>* kept_number(Side, std::size_t, std::string const& /*name*/) const {
    return nullptr;
  }
};

}  // namespace pertscale
