#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "core/options.hpp"
#include "core/registry.hpp"
#include "data/condition.hpp"
#include "data/gene_table.hpp"
#include "data/matrix.hpp"
#include "data/screen.hpp"
#include "data/status.hpp"
#include "metric/supply.hpp"

namespace pertscale {

/// One held-out condition and a prediction of it.
struct ScoreItem {
  Condition const* condition = nullptr;
  Profile observed;
  Profile predicted;            ///< empty where the model predicts nothing (in a panel only)
  Profile observed_variance{};  ///< of its cells, unbiased; empty where it is not known
  std::int64_t observed_cells = 0;
  Profile observed_nonzero{};  ///< fraction of its cells that express a gene; empty: not known
  std::size_t place = 0;       ///< its number in ScoreContext::panel
};

/// A perturbed condition of the context, held out or not.
struct MeasuredCondition {
  Condition const* condition = nullptr;
  Profile profile;
  std::int64_t cells = 0;
  bool trained = false;
};

/// What a metric may know of one context: everything here but the panel's predictions is the same
/// for every model.
struct ScoreContext {
  GeneTable const* genes = nullptr;
  ValueKind values = ValueKind::expression;
  Profile control;         ///< control profile of the context
  Profile perturbed_mean;  ///< mean of the training conditions' profiles, each weighted alike; may
                           ///< be empty
  Profile control_variance{};  ///< of the control's cells, unbiased; empty where it is not known
  std::int64_t control_cells = 0;
  /// Every held-out condition of the split in this context, in the order of Labels: the rivals of
  /// ranks and discriminations, whichever block is being scored. Conditions that the model does not
  /// predict are there too, without `predicted`, so that leaving one out gains nothing.
  std::span<ScoreItem const> panel{};
  std::span<MeasuredCondition const> measured{};  ///< every perturbed condition, sorted by name
  ScoreSupply const* supply = nullptr;            ///< null: means are all there is
};

/// What a metric will ask the supply for.
struct MetricNeeds {
  std::vector<DeRequest> de{};
  std::vector<CellRequest> cells{};
  bool counts = false;
  bool halves = false;
  bool own_control = false;  ///< the prediction's own control profile, where it brings one
  bool contexts = false;     ///< which context a profile is taken for
};

/// A score of predictions against observed profiles.
class Metric {
 public:
  static constexpr std::string_view kind = "metric";
  struct Traits {
    bool higher_is_better = false;
    double best = 0;           ///< the value the truth itself gets
    bool needs_genes = false;  ///< cannot serve latent screens
    bool whole_split = false;  ///< one value a context of a split (perturbation `*`)
    bool neutral = false;      ///< describes (a count, a norm): no side is better, no verdict
  };

  virtual ~Metric() = default;
  virtual void declare(OptionList& options) = 0;
  /// Requests that `score` makes of the supply, once the options are set.
  virtual MetricNeeds needs() const { return {}; }
  /// One score an item (or, with `whole_split`, one for the panel; `items` is the panel then). A
  /// missing or constant case is a status, never a zero.
  virtual std::vector<Score> score(ScoreContext const& context,
                                   std::vector<ScoreItem> const& items) const = 0;
};

using MetricRegistry = Registry<Metric>;

}  // namespace pertscale
