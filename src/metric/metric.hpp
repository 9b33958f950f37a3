#pragma once
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "core/options.hpp"
#include "core/registry.hpp"
#include "data/condition.hpp"
#include "data/gene_table.hpp"
#include "data/matrix.hpp"
#include "data/screen.hpp"
#include "data/status.hpp"

namespace pertscale {

/// What a metric may know of one context: everything here is the same for every model.
struct ScoreContext {
  GeneTable const* genes = nullptr;
  ValueKind values = ValueKind::expression;
  Profile control;         ///< control profile of the context
  Profile perturbed_mean;  ///< mean of the training conditions' profiles, each weighted alike; may
                           ///< be empty
  Profile control_variance{};  ///< of the control's cells, unbiased; empty where it is not known
  std::int64_t control_cells = 0;
};

/// One held-out condition and a prediction of it.
struct ScoreItem {
  Condition const* condition = nullptr;
  Profile observed;
  Profile predicted;
  Profile observed_variance{};  ///< of its cells, unbiased; empty where it is not known
  std::int64_t observed_cells = 0;
  Profile observed_nonzero{};  ///< fraction of its cells that express a gene; empty: not known
};

/// A score of predictions against observed profiles.
class Metric {
 public:
  static constexpr std::string_view kind = "metric";
  struct Traits {
    bool higher_is_better = false;
    double best = 0;           ///< the value the truth itself gets
    bool needs_genes = false;  ///< cannot serve latent screens
    bool whole_split = false;  ///< one value for a whole split (perturbation `*`)
  };

  virtual ~Metric() = default;
  virtual void declare(OptionList& options) = 0;
  /// One score an item. A missing or constant case is a status, never a zero.
  virtual std::vector<Score> score(ScoreContext const& context,
                                   std::vector<ScoreItem> const& items) const = 0;
};

using MetricRegistry = Registry<Metric>;

}  // namespace pertscale
