#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "metric/metric.hpp"
#include "suite/context_forest.hpp"
#include "suite/de_product.hpp"
#include "suite/kept_cells.hpp"
#include "suite/principal_components.hpp"
#include "suite/score_context.hpp"
#include "suite/sorted_cells.hpp"

namespace pertscale {

/// What all metrics of a study ask for, each once.
MetricNeeds supply_needs(Study const& study);
bool needs_supply(MetricNeeds const& needs);
/// Are cells read one condition at a time?
bool wants_cells(MetricNeeds const& needs);

/// What is prepared of one dataset beyond its profiles; the same on every rank. The dataset and the
/// screen must stay.
struct SupplyProducts {
  Dataset const* dataset = nullptr;
  Screen const* screen = nullptr;
  std::vector<std::size_t> genes;                 ///< of the screen among those of the dataset
  std::map<DeRequest, DeProduct> de;              ///< by measured_request
  std::shared_ptr<SortedCells const> cells;       ///< null: pseudobulk, or nothing asks for them
  std::map<int, PrincipalAxes> axes;              ///< by number of components
  ProfileTable halves;                            ///< groups x genes of the dataset; empty: none
  std::vector<CellGroup> half_groups;             ///< what each of its rows is
  std::uint64_t memory = std::uint64_t{1} << 30;  ///< bound of one rank
  /// Of the measured side, worked out by this rank.
  std::shared_ptr<KeptNumbers> numbers = std::make_shared<KeptNumbers>();
  std::shared_ptr<ContextForests> forests = std::make_shared<ContextForests>();
};

/// Makes (or finds in `cache`) what `needs` asks of the measured side; of a prediction's own
/// dataset (`Side::predicted`) its sorted cells only. Collective. UserError, Stopped.
SupplyProducts prepare_supply(PreparedDataset const& prepared, MetricNeeds const& needs, Side side,
                              Communicator const& comm, std::filesystem::path const& cache,
                              MomentOptions const& options);

/// Cells x genes of the screen along the axes of so many components.
Matrix in_components(SupplyProducts const& products, Matrix const& cells, int components);

/// A prediction from a file: a dataset like the measured one, of cells or of means.
struct PredictedSide {
  SupplyProducts const* products = nullptr;
  std::vector<std::int32_t> column_of_gene;  ///< of its screen, by the measured screen's; -1: none
  std::vector<std::ptrdiff_t> row_of;        ///< of its Labels, by the measured row; -1: none
  bool cells = true;                         ///< or means only
};

/// The supply of one context of a task. Everything that is passed must stay. `stream` names the
/// draws (dataset and split; not the model, so that models are compared on the same draws).
/// `predicted` is null for predictions of this program's models; `numbers` are those kept of the
/// prediction (null: none are). A rank uses it by itself.
std::unique_ptr<ScoreSupply> make_supply(SupplyProducts const& measured,
                                         ScoredContext const& scored, std::string const& stream,
                                         PredictedSide const* predicted = nullptr,
                                         KeptNumbers* numbers = nullptr);

}  // namespace pertscale
