#include "metric/cell_space.hpp"

#include "core/text.hpp"
#include "statistics/cell_emission.hpp"

namespace pertscale {

namespace {

constexpr std::string_view prefix = "components:";

std::string check_space(std::string const& space) {
  if (space == "expression" || components_of(space)) return {};
  return "takes expression, or components:N with N from 1 to 10000";
}

}  // namespace

std::optional<std::int64_t> components_of(std::string const& space) {
  if (!space.starts_with(prefix)) return std::nullopt;
  auto const count = parse_integer(space.substr(prefix.size()));
  return count && *count >= 1 && *count <= 10000 ? count : std::nullopt;
}

void CellSpace::declare(OptionList& options) {
  options
      .add(
          "space", space_,
          "coordinates of the cells: their expression (or latent coordinates) on the chosen genes, "
          "or N principal components of the measured cells (components:N; of all genes)")
      .checked(check_space);
  options.add("most", most_, "a seeded sample of at most so many cells a side; 0: all").at_least(0);
  options
      .add("emit", emit_,
           "how cells are made of a prediction that has means only: not at all (needs_cells), each "
           "the mean, control cells shifted by the predicted change, normal with the control's "
           "variance, or Poisson counts at control cells' totals")
      .one_of(emit_names());
}

CellRequest CellSpace::request() const {
  CellRequest out;
  if (auto const count = components_of(space_)) {
    out.values = CellRequest::Values::components;
    out.components = static_cast<int>(*count);
  }
  out.most = most_;
  out.emit = *emit_form(emit_);
  return out;
}

SuppliedCells cells_of(ScoreContext const& context, Side side, std::size_t item,
                       CellRequest const& request) {
  if (context.supply == nullptr) return {Status("needs_cells"), {}};
  return context.supply->cells(side, item, request);
}

}  // namespace pertscale
