#include "suite/context_forest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/random.hpp"
#include "suite/score_supply.hpp"
#include "suite/supply_cells.hpp"

namespace pertscale {

namespace {

/// Rows of one context that a split trains on, and its control, ascending.
std::vector<std::size_t> rows_of_context(Screen const& screen,
                                         std::vector<std::size_t> const& train,
                                         std::size_t context) {
  std::vector<std::size_t> out{screen.control_row(context)};
  for (auto const row : train)
    if (screen.labels.rows()[row].context == context && row != out.front()) out.push_back(row);
  std::sort(out.begin(), out.end());
  return out;
}

/// The cells of some rows that are grown on: of each row, numbers within it.
std::vector<std::vector<std::int64_t>> chosen_cells(RowCells const& cells,
                                                    std::vector<std::size_t> const& rows,
                                                    std::int64_t most, std::string const& name) {
  std::int64_t all = 0;
  for (auto const row : rows) all += cells.count(row);
  std::vector<std::vector<std::int64_t>> out(rows.size());
  std::size_t at = 0;
  std::int64_t first = 0;
  for (auto const cell : sample_of(all, most, name)) {
    while (cell - first >= cells.count(rows[at])) first += cells.count(rows[at++]);
    out[at].push_back(cell - first);
  }
  return out;
}

struct TrainingCells {
  std::vector<Matrix> parts;
  std::vector<int> labels;

  void add(Matrix const& values, std::size_t context) {
    parts.push_back(values);
    labels.insert(labels.end(), static_cast<std::size_t>(values.rows()), static_cast<int>(context));
  }
  Matrix stacked() const {
    Matrix out(static_cast<Eigen::Index>(labels.size()), parts.front().cols());
    Eigen::Index at = 0;
    for (auto const& part : parts) {
      out.middleRows(at, part.rows()) = part;
      at += part.rows();
    }
    return out;
  }
};

Matrix profile_row(Profile values) {
  return Eigen::Map<Eigen::RowVectorXd const>(values.data(),
                                              static_cast<Eigen::Index>(values.size()));
}

TrainingCells training_cells(SupplyProducts const& products, ScoredContext const& scored,
                             RowCells const* cells, std::string const& stream, std::int64_t most) {
  auto const& screen = *products.screen;
  TrainingCells out;
  for (std::size_t c = 0; c < screen.labels.contexts().size(); ++c) {
    auto const rows = rows_of_context(screen, scored.training(), c);
    std::string const name = fmt::format("forest/{}/{}", stream, screen.labels.contexts()[c]);
    if (cells == nullptr) {
      for (auto const i : sample_of(std::ssize(rows), most, name))
        out.add(profile_row(screen.profile(rows[static_cast<std::size_t>(i)])), c);
      continue;
    }
    auto const chosen = chosen_cells(*cells, rows, most, name);
    for (std::size_t r = 0; r < rows.size(); ++r)
      if (!chosen[r].empty()) out.add(cells->dense(rows[r], CellValues::expression, chosen[r]), c);
  }
  return out;
}

/// Bytes of the cells twice, of their orders and of the Gram matrix.
void check_room(SupplyProducts const& products, double cells, double genes) {
  require_room(products.screen->name, cells * (24 * genes + 16 * cells), products.memory,
               fmt::format("{} training cells x {} genes of a forest", cells, genes));
}

}  // namespace

SuppliedContext told_context(SupplyProducts const& products, ScoredContext const& scored,
                             RowCells const* cells, std::string const& stream, Profile profile,
                             ContextRequest const& request) {
  auto const kinds = products.screen->labels.contexts().size();
  if (kinds < 2) return {Status("not_applicable"), 0};
  auto& forests = *products.forests;
  std::tuple const key(stream, scored.training(), request.most, request.trees);
  auto found = forests.find(key);
  if (found == forests.end()) {
    auto const from = training_cells(products, scored, cells, stream, request.most);
    check_room(products, static_cast<double>(from.labels.size()),
               static_cast<double>(profile.size()));
    Matrix const all = from.stacked();
    if (!all.allFinite()) return {Status("not_finite"), 0};
    found = forests
                .emplace(key, LabelForest(all, from.labels, static_cast<int>(kinds),
                                          static_cast<int>(request.trees),
                                          stream_key("forest/" + stream)))
                .first;
  }
  return {{}, found->second.label_of(profile)};
}

}  // namespace pertscale
