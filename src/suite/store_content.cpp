#include "suite/store_content.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "core/text.hpp"
#include "suite/store_keys.hpp"

namespace pertscale {

namespace {

/// Reads columns of obs of all files into the order of the store.
class ObsColumns {
 public:
  ObsColumns(Dataset const& dataset, SortedOrder const& order) : data_(dataset), order_(order) {
    for (auto const& part : dataset.parts) readers_.push_back(open_screen(part.path));
  }

  std::vector<std::string> index() const { return text("").values; }

  OutputColumn column(std::string const& name) const {
    auto texts = text(name);
    if (name == data_.spec.condition_column) keep_spelling(texts);
    if (compared_as_number(name)) {
      auto whole = whole_numbers(texts);
      if (whole) return {name, std::move(*whole)};
      return {name, numbers(name)};
    }
    return {name, categories(texts)};
  }

  /// One value a file, for all of its cells.
  OutputColumn part_contexts(std::string const& name) const {
    TextColumn out = empty();
    for (auto const& part : data_.parts)
      for_part(part, static_cast<std::size_t>(part.info.rows),
               [&](std::size_t, std::size_t to) { out.values[to] = part.context; });
    return {name, categories(out)};
  }

 private:
  TextColumn empty() const {
    auto const cells = static_cast<std::size_t>(order_.cells());
    return {std::vector<std::string>(cells), std::vector<bool>(cells, false)};
  }

  /// f(row of the file, position in the store) for the kept cells of a file.
  template <class Visit>
  void for_part(DatasetPart const& part, std::size_t rows, Visit&& f) const {
    for (std::size_t row = 0; row < rows; ++row) {
      auto const cell = static_cast<std::size_t>(part.first_row) + row;
      auto const position = order_.position_of_cell[cell];
      if (position >= 0) f(row, static_cast<std::size_t>(position));
    }
  }

  TextColumn text(std::string const& name) const {
    TextColumn out = empty();
    for (std::size_t p = 0; p < readers_.size(); ++p) {
      auto column = readers_[p]->obs(name);
      for_part(data_.parts[p], column.values.size(), [&](std::size_t row, std::size_t to) {
        out.values[to] = std::move(column.values[row]);
        out.missing[to] = column.missing[row];
      });
    }
    return out;
  }

  std::vector<double> numbers(std::string const& name) const {
    std::vector<double> out(static_cast<std::size_t>(order_.cells()));
    for (std::size_t p = 0; p < readers_.size(); ++p) {
      auto const column = readers_[p]->obs_numbers(name);
      for_part(data_.parts[p], column.size(),
               [&](std::size_t row, std::size_t to) { out[to] = column[row]; });
    }
    return out;
  }

  /// A condition is called by the smallest of its spellings in the source; where only cells that
  /// were left out are spelled so, the others are called so here.
  void keep_spelling(TextColumn& texts) const {
    auto const& labels = data_.labels;
    std::vector<bool> seen(labels.conditions().size(), false);
    auto const for_cells = [&](auto&& f) {
      for (std::size_t row = 0; row < labels.rows().size(); ++row)
        for (std::int64_t cell = order_.starts[row]; cell < order_.starts[row + 1]; ++cell)
          f(labels.rows()[row].condition, texts.values[static_cast<std::size_t>(cell)]);
    };
    for_cells([&](std::size_t condition, std::string const& text) {
      if (text == labels.conditions()[condition].name) seen[condition] = true;
    });
    for_cells([&](std::size_t condition, std::string& text) {
      if (!seen[condition]) text = labels.conditions()[condition].name;
    });
  }

  bool compared_as_number(std::string const& name) const {
    auto const& where = data_.spec.where;
    return std::any_of(where.begin(), where.end(), [&](CellFilter const& filter) {
      return filter.column == name && (filter.comparison[0] == '<' || filter.comparison[0] == '>');
    });
  }

  /// The column as integers, if that prints the same.
  static std::optional<std::vector<std::int64_t>> whole_numbers(TextColumn const& column) {
    std::vector<std::int64_t> out;
    for (std::size_t i = 0; i < column.values.size(); ++i) {
      auto const number = parse_integer(column.values[i]);
      if (column.missing[i] || !number || std::to_string(*number) != column.values[i])
        return std::nullopt;
      out.push_back(*number);
    }
    return out;
  }

  /// Text as categories; missing values have code -1.
  static OutputCategories categories(TextColumn const& column) {
    std::map<std::string, std::int32_t> code;
    for (std::size_t i = 0; i < column.values.size(); ++i)
      if (!column.missing[i]) code.emplace(column.values[i], 0);
    OutputCategories out;
    for (auto& [name, number] : code) {
      number = static_cast<std::int32_t>(out.categories.size());
      out.categories.push_back(name);
    }
    for (std::size_t i = 0; i < column.values.size(); ++i)
      out.codes.push_back(column.missing[i] ? -1 : code.at(column.values[i]));
    return out;
  }

  Dataset const& data_;
  SortedOrder const& order_;
  std::vector<std::unique_ptr<ScreenReader>> readers_;
};

OutputFrame obs_frame(Dataset const& dataset, SortedOrder const& order, LibrarySizes const& sizes) {
  ObsColumns const columns(dataset, order);
  OutputFrame out{columns.index(), {}};
  auto const context = store_context_column(dataset);
  bool const by_file = context != dataset.spec.context_column;
  for (auto const& name : used_obs_columns(dataset.spec)) {
    bool const taken =
        (by_file && name == context) || (sizes.counts() && name == library_size_name);
    if (taken)
      throw UserError(
          fmt::format("{}: the obs column '{}' has a name that a screen store needs "
                      "for itself; rename it",
                      dataset.spec.file, name));
    out.columns.push_back(columns.column(name));
  }
  if (by_file) out.columns.push_back(columns.part_contexts(context));
  if (!sizes.counts()) return out;
  std::vector<std::int64_t> totals;
  for (auto const cell : order.cell_at_position())
    totals.push_back(sizes.totals[static_cast<std::size_t>(cell)]);
  out.columns.push_back({library_size_name, std::move(totals)});
  return out;
}

/// Names of genes, and beside them the index of the source's var where that is something else.
OutputFrame var_frame(Dataset const& dataset) {
  OutputFrame out{dataset.genes.names(), {}};
  if (dataset.spec.gene_column.empty()) return out;
  auto const& part = dataset.parts.front();
  auto const index = open_screen(part.path)->var("", dataset.spec.matrix).values;
  std::vector<std::string> names(dataset.genes.size());
  for (std::size_t column = 0; column < index.size(); ++column) {
    auto const gene = part.gene_of_column.empty() ? static_cast<std::int32_t>(column)
                                                  : part.gene_of_column[column];
    if (gene >= 0) names[static_cast<std::size_t>(gene)] = index[column];
  }
  out.columns.push_back({"source_index", std::move(names)});
  return out;
}

}  // namespace

StoreShape store_shape(Dataset const& dataset, SortedOrder const& order,
                       ScatteredCells const& cells) {
  StoreShape shape;
  shape.genes = static_cast<std::int64_t>(dataset.genes.size());
  shape.values = cells.floats ? NumberType::float32 : NumberType::float64;
  shape.counts = cells.sizes.counts();
  shape.offsets.reserve(cells.lengths.size() + 1);
  for (auto const length : cells.lengths) shape.offsets.push_back(shape.offsets.back() + length);
  auto const& labels = dataset.labels;
  for (std::size_t row = 0; row < labels.rows().size(); ++row)
    shape.groups.push_back({labels.condition_of(row).name,
                            labels.contexts()[labels.rows()[row].context], order.starts[row],
                            order.starts[row + 1] - order.starts[row], 0});
  if (!shape.counts) return shape;
  for (std::size_t cell = 0; cell < dataset.row_of_cell.size(); ++cell)
    if (dataset.row_of_cell[cell] >= 0)
      shape.groups[static_cast<std::size_t>(dataset.row_of_cell[cell])].library_size +=
          cells.sizes.totals[cell];
  return shape;
}

StoreContent store_content(Dataset const& dataset, SortedOrder const& order,
                           ScatteredCells const& cells, std::string const& program) {
  StoreContent out;
  out.obs = obs_frame(dataset, order, cells.sizes);
  out.var = var_frame(dataset);
  std::vector<std::string> sources, digests;
  for (auto const& part : dataset.parts) {
    sources.push_back(part.path);
    digests.push_back(content_digest(part.path));
  }
  out.texts = {{"name", dataset.spec.name},
               {"program", program},
               {"source", join(sources, "\n")},
               {"source_digest", join(digests, "\n")},
               {"dataset_digest", dataset.digest},
               {"keys", store_keys(dataset)},
               {"made_with", made_with_keys(dataset.spec)},
               {"gene_list", dataset.spec.gene_list.text}};
  out.numbers = {{"target_sum", cells.sizes.target},
                 {"empty_cells", static_cast<double>(cells.sizes.empty_cells)},
                 {"whole_numbers", cells.whole_numbers ? 1.0 : 0.0},
                 {"half_seed", static_cast<double>(store_half_seed)}};
  return out;
}

}  // namespace pertscale
