#include "suite/dataset_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <set>

#include "core/text.hpp"
#include "data/gene_match.hpp"

namespace pertscale {

namespace {

void refuse_same_file(std::vector<DatasetPart> const& parts, DatasetSpec const& spec) {
  std::error_code error;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i)
    if (std::filesystem::equivalent(parts[i].path, parts.back().path, error))
      throw UserError(fmt::format("{}: two parts are the same file {}; its cells would count twice",
                                  spec.file, parts.back().path));
}

/// Of all files together; what differs between them is as in the first.
void add_info(MatrixInfo& all, MatrixInfo const& part) {
  all.rows += part.rows;
  all.stored += part.stored;
  all.integer = all.integer && part.integer;
  if (part.layout == MatrixInfo::Layout::csc) all.layout = part.layout;
}

std::string part_text(DatasetPart const& part, std::string const& form) {
  return fmt::format("{}{}: {} rows x {} columns, {}", part.path,
                     part.context.empty() ? "" : " (context " + part.context + ")", part.info.rows,
                     part.info.columns, form);
}

bool has_gene_column(ScreenReader const& reader, DatasetSpec const& spec) {
  auto const columns = reader.var_columns();
  bool const listed = std::find(columns.begin(), columns.end(), spec.gene_column) != columns.end();
  if (listed && spec.matrix != "raw") return true;
  try {
    reader.var(spec.gene_column, spec.matrix);  // the index, or a column of raw
    return true;
  } catch (UserError const&) {
    return false;
  }
}

void note_duplicates(Dataset& dataset) {
  auto const duplicates = dataset.genes.duplicates();
  if (duplicates.empty()) return;
  dataset.notes.push_back(
      fmt::format("{} gene name(s) occur more than once (first: {}); they stay apart, and a "
                  "look-up by name takes the first",
                  duplicates.size(), duplicates.front()));
}

/// The sentence for genes that are not the same in all files.
std::string difference_text(Dataset const& dataset, GeneMatch const& match,
                            std::vector<std::vector<std::string>> const& names) {
  auto const is_missing = [&](std::size_t i) { return !match.complete(i); };
  std::size_t file = 0;
  while (file < names.size() && !is_missing(file)) ++file;
  if (file == names.size()) return {};
  auto const& map = match.gene_of_column[file];
  auto const at = std::find(map.begin(), map.end(), -1) - map.begin();
  return fmt::format("{}: gene '{}' is not once in each of the {} files", dataset.parts[file].path,
                     names[file][static_cast<std::size_t>(at)], names.size());
}

void check_match(Dataset const& dataset, GeneMatch const& match,
                 std::vector<std::vector<std::string>> const& names) {
  auto const& spec = dataset.spec;
  if (names.size() == 1) return;
  if (match.genes.empty())
    throw UserError(fmt::format(
        "{}: no gene is common to all {} files (first of {}: '{}'); check "
        "gene-column",
        spec.file, names.size(), dataset.parts[0].path, names[0].empty() ? "" : names[0][0]));
  auto const difference = difference_text(dataset, match, names);
  if (difference.empty()) return;
  if (spec.common_genes == "identical")
    throw UserError(difference + ", but common-genes = identical; set it to intersection");
  if (spec.values == "latent")
    throw UserError(difference + "; coordinates of a latent screen must be the same in all");
}

void note_lost_genes(Dataset& dataset, GeneMatch const& match,
                     std::vector<std::vector<std::string>> const& names) {
  std::set<std::string> const common(match.genes.begin(), match.genes.end());
  for (std::size_t file = 0; file < match.gene_of_column.size(); ++file) {
    std::size_t lost = 0, repeated = 0;
    for (std::size_t column = 0; column < names[file].size(); ++column) {
      if (match.gene_of_column[file][column] >= 0) continue;
      ++lost;
      if (common.contains(names[file][column])) ++repeated;
    }
    if (lost == 0) continue;
    dataset.notes.push_back(fmt::format(
        "{} of {} genes of {} left out: not common to all files{}", lost, names[file].size(),
        dataset.parts[file].path,
        repeated == 0 ? "" : fmt::format(", or ({}) a name that occurs before", repeated)));
  }
}

/// What `genes =` asks for against what there is.
void check_chosen_genes(Dataset& dataset) {
  auto const& spec = dataset.spec;
  if (spec.variable_genes() > static_cast<std::int64_t>(dataset.genes.size()))
    dataset.notes.push_back(fmt::format("genes = {}: the screen has {} genes, so all are taken",
                                        spec.genes, dataset.genes.size()));
  if (!spec.gene_list.given()) return;
  std::vector<std::string> unknown;
  auto const names = parse_list(spec.gene_list.text);
  for (auto const& name : names)
    if (!dataset.genes.find(name)) unknown.push_back(name);
  if (unknown.size() == names.size())
    throw UserError(fmt::format("{}: none of its {} genes is in {}; check gene-column",
                                spec.gene_list.path, names.size(), spec.screen()));
  if (!unknown.empty())
    dataset.notes.push_back(
        fmt::format("{} of the {} genes of {} are not in the screen (first: {})", unknown.size(),
                    names.size(), spec.gene_list.path, unknown.front()));
}

/// Names every key whose obs column is not there.
void check_columns(DatasetSpec const& spec, CellObs const& obs) {
  Mistakes mistakes;
  auto const check = [&](std::string const& key, std::string const& column) {
    if (column.empty() || obs.files_without(column).empty()) return;
    try {
      static_cast<void>(obs.text(column));  // the index of obs, or a sentence
    } catch (UserError const& error) {
      mistakes.add(spec.given.contains(key)
                       ? fmt::format("{}: {} = {}: {}", spec.file, key, column, error.what())
                       : std::string(error.what()));
    }
  };
  check("condition-column", spec.condition_column);
  check("context-column", spec.context_column);
  check("batch-column", spec.batch_column);
  check("guide-column", spec.guide_column);
  check("replicate-column", spec.replicate_column);
  check("library-size-column", spec.library_size_column);
  for (auto const& filter : spec.where) check("where", filter.column);
  mistakes.raise();
}

}  // namespace

CellObs::Readers open_parts(Dataset& dataset) {
  auto const& spec = dataset.spec;
  CellObs::Readers readers;
  for (auto const& [path, context] : spec.files()) {
    auto reader = open_screen(path);
    reader->select(spec.matrix);
    DatasetPart part{path, context, dataset.info.rows, reader->info(), {}};
    if (dataset.parts.empty())
      dataset.info = part.info;
    else
      add_info(dataset.info, part.info);
    dataset.parts.push_back(std::move(part));
    refuse_same_file(dataset.parts, spec);
    dataset.notes.push_back(spec.parts.empty()
                                ? reader->describe()
                                : part_text(dataset.parts.back(), reader->describe()));
    readers.push_back(std::move(reader));
  }
  if (dataset.info.rows > std::numeric_limits<std::int32_t>::max())
    throw UserError(fmt::format("{}: {} rows are more than the {} that one screen can have",
                                spec.screen(), dataset.info.rows,
                                std::numeric_limits<std::int32_t>::max()));
  return readers;
}

void skip_absent_columns(Dataset& dataset, CellObs::Readers const& readers) {
  auto& spec = dataset.spec;
  CellObs const obs(dataset, readers);
  auto const skip = [&](std::string& column, std::string_view where, std::string const& file) {
    auto const why = fmt::format("{} has no {} column '{}'", file, where, column);
    if (&column == &spec.batch_column && spec.matches_batches())
      throw UserError(
          fmt::format("{}: control-matching = batch needs a batch-column, and {}", spec.file, why));
    dataset.notes.push_back(fmt::format("preset {}: {}; done without", spec.preset, why));
    column.clear();
  };
  auto const skip_obs = [&](char const* key, std::string& column) {
    if (column.empty() || !spec.by_preset(key)) return;
    auto const without = obs.files_without(column);
    if (!without.empty()) skip(column, "obs", without.front());
  };
  skip_obs("context-column", spec.context_column);
  skip_obs("batch-column", spec.batch_column);
  skip_obs("guide-column", spec.guide_column);
  check_columns(spec, obs);
  if (spec.gene_column.empty() || !spec.by_preset("gene-column")) return;
  auto const without = std::find_if(readers.begin(), readers.end(), [&](auto const& reader) {
    return !has_gene_column(*reader, spec);
  });
  if (without == readers.end()) return;
  auto const file = static_cast<std::size_t>(without - readers.begin());
  skip(spec.gene_column, "var", dataset.parts[file].path);
}

void read_genes(Dataset& dataset, CellObs::Readers const& readers) {
  std::vector<std::vector<std::string>> names;
  for (auto const& reader : readers)
    names.push_back(reader->var(dataset.spec.gene_column, dataset.spec.matrix).values);
  auto match = match_genes(names);
  check_match(dataset, match, names);
  note_lost_genes(dataset, match, names);
  dataset.genes = GeneTable(std::move(match.genes));
  dataset.info.columns = static_cast<std::int64_t>(dataset.genes.size());
  for (std::size_t i = 0; i < match.gene_of_column.size(); ++i)
    dataset.parts[i].gene_of_column = std::move(match.gene_of_column[i]);
  note_duplicates(dataset);
  check_chosen_genes(dataset);
}

}  // namespace pertscale
