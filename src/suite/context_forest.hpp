#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "metric/supply.hpp"
#include "statistics/label_forest.hpp"

namespace pertscale {

struct SupplyProducts;
class ScoredContext;
class RowCells;

/// Forests that tell the contexts of a dataset apart, by name of dataset and split, rows trained on
/// and request (most, trees): the same for every model, block and context of a split, so a rank
/// grows each once.
using ContextForests =
    std::map<std::tuple<std::string, std::vector<std::size_t>, std::int64_t, std::int64_t>,
             LabelForest>;

/// Which context a profile is taken for. The forest is grown on cells that the split trains on,
/// with every context's control (of a screen of means: on those rows), at most `request.most` a
/// context. `stream` names dataset and split; `cells`: null where there are none.
/// `not_applicable` with one context. UserError where the cells do not fit into the memory.
SuppliedContext told_context(SupplyProducts const& products, ScoredContext const& scored,
                             RowCells const* cells, std::string const& stream, Profile profile,
                             ContextRequest const& request);

}  // namespace pertscale
