#include "suite/prediction_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/hash.hpp"
#include "core/text.hpp"
#include "suite/prediction_look.hpp"

namespace pertscale {

namespace {

std::string replaced(std::string text, std::string_view what, std::string const& with) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

/// How the file is read as a screen of its own.
DatasetSpec dataset_spec(PredictionSource const& source, PredictionLook const& look,
                         Dataset const& measured) {
  auto const& of = measured.spec;
  DatasetSpec spec;
  spec.prediction = true;
  spec.name = of.name + ".prediction";
  spec.file = spec.path = source.path;
  spec.rows = look.cells ? "cells" : "pseudobulk";
  bool const expression = of.values != "latent";
  spec.values = !expression                    ? "latent"
                : source.spec.values != "auto" ? source.spec.values
                : look.cells                   ? of.values
                                               : "lognormalised";
  if (spec.values == "counts" && !look.cells)
    throw UserError(
        fmt::format("{}: holds one row a condition, which are means of log-normalised values, so "
                    "values=counts cannot be; give log-normalised means, or cells",
                    source.path));
  spec.target_sum = of.target_sum;
  spec.condition_column = look.condition_column;
  spec.context_column = look.context_column;
  spec.gene_column = look.gene_column;
  spec.control = of.control;
  spec.separator = source.spec.separator.empty() ? of.separator : source.spec.separator;
  spec.merge_orders = of.merge_orders;
  if (!look.split.empty())
    spec.where.push_back({"split", "=", {look.split}, "split=" + look.split});
  return spec;
}

/// Rows of the file's labels by condition key and context.
class RowFinder {
 public:
  RowFinder(Dataset const& file, Dataset const& measured) : measured_(measured) {
    auto const grammar = file.spec.grammar();
    bool const by_name = !file.spec.context_column.empty();
    auto const& labels = file.labels;
    for (std::size_t row = 0; row < labels.rows().size(); ++row) {
      auto const& context = labels.contexts()[labels.rows()[row].context];
      rows_[{condition_key(labels.condition_of(row), grammar),
             by_name ? context : only_context()}] = row;
    }
  }

  std::ptrdiff_t find(std::size_t measured_row) const {
    auto const& labels = measured_.labels;
    auto const found =
        rows_.find({condition_key(labels.condition_of(measured_row), measured_.spec.grammar()),
                    labels.contexts()[labels.rows()[measured_row].context]});
    return found == rows_.end() ? -1 : static_cast<std::ptrdiff_t>(found->second);
  }

 private:
  std::string const& only_context() const { return measured_.labels.contexts().front(); }

  Dataset const& measured_;
  std::map<std::pair<std::string, std::string>, std::size_t> rows_;
};

std::string condition_text(Dataset const& dataset, std::size_t row) {
  auto const& context = dataset.labels.contexts()[dataset.labels.rows()[row].context];
  return dataset.labels.condition_of(row).name + (context.empty() ? "" : " in " + context);
}

void match_rows(PredictionSource& source, Dataset const& measured) {
  auto const& file = source.dataset;
  RowFinder const finder(file, measured);
  std::vector<bool> used(file.labels.rows().size(), false);
  std::size_t found = 0;
  for (std::size_t row = 0; row < measured.labels.rows().size(); ++row) {
    auto const at = finder.find(row);
    source.row_of.push_back(at);
    source.status.push_back(at < 0 ? Status("no_prediction") : Status());
    if (at < 0) continue;
    used[static_cast<std::size_t>(at)] = true;
    found += !measured.labels.condition_of(row).is_control();
  }
  if (found == 0)
    throw UserError(fmt::format(
        "{}: none of its conditions ('{}' ...) is one of dataset '{}' ('{}' ...); check "
        "condition-column and separator",
        source.path, condition_text(file, file.labels.rows().size() - 1), measured.spec.name,
        condition_text(measured, measured.labels.rows().size() - 1)));
  auto const extra = std::count(used.begin(), used.end(), false);
  if (extra == 0) return;
  auto const first =
      static_cast<std::size_t>(std::find(used.begin(), used.end(), false) - used.begin());
  source.notes.push_back(
      fmt::format("{} condition(s) of {} are not in dataset '{}' and are left aside (first: {})",
                  extra, source.path, measured.spec.name, condition_text(file, first)));
}

/// Among means, each row of the labels is one row of the file: A+B and B+A are one condition.
void check_one_row_each(PredictionSource const& source) {
  std::vector<int> rows(source.dataset.labels.rows().size(), 0);
  for (auto const row : source.dataset.row_of_cell)
    if (row >= 0 && ++rows[static_cast<std::size_t>(row)] == 2)
      throw UserError(fmt::format(
          "{}: condition '{}' has two rows (spelled alike or in another order); give each "
          "condition one row, or say rows=cells where rows are cells",
          source.path, condition_text(source.dataset, static_cast<std::size_t>(row))));
}

/// Words that a run of this program left instead of a profile.
void take_saved_status(PredictionSource& source, std::vector<std::string> const& words) {
  std::map<std::ptrdiff_t, std::string> word_of;
  for (std::size_t i = 0; i < words.size(); ++i)
    if (source.dataset.row_of_cell[i] >= 0) word_of[source.dataset.row_of_cell[i]] = words[i];
  for (std::size_t row = 0; row < source.row_of.size(); ++row) {
    auto const found = word_of.find(source.row_of[row]);
    if (found != word_of.end() && !found->second.empty() && found->second != "ok")
      source.status[row] = Status(found->second);
  }
}

std::map<std::string, int> occurrences(GeneTable const& genes) {
  std::map<std::string, int> count;
  for (auto const& name : genes.names()) ++count[name];
  return count;
}

void check_genes(PredictionSource const& source, Dataset const& measured) {
  auto const mine = occurrences(source.dataset.genes);
  auto const wanted = occurrences(measured.genes);
  std::size_t common = 0;
  for (auto const& [name, count] : wanted) {
    auto const found = mine.find(name);
    if (found == mine.end()) continue;
    ++common;
    if (found->second > 1 && found->second != count)
      throw UserError(fmt::format(
          "{}: gene '{}' has {} columns, but {} in dataset '{}'; keep one column a gene",
          source.path, name, found->second, count, measured.spec.name));
  }
  if (common == 0)
    throw UserError(fmt::format(
        "{}: none of its genes ('{}' ...) is one of dataset '{}' ('{}' ...); name the genes in the "
        "index of var as the dataset does",
        source.path, source.dataset.genes.name(0), measured.spec.name, measured.genes.name(0)));
}

}  // namespace

PredictionSource open_prediction(PredictionSpec const& spec, PredictionSplit const& split,
                                 Dataset const& measured, Communicator const& comm) {
  PredictionSource source;
  source.spec = spec;
  source.path =
      replaced(replaced(replaced(spec.path, "{split}", split.split), "{protocol}", split.protocol),
               "{dataset}", measured.spec.name);
  auto const look = look_at_prediction(spec, source.path, split, measured, comm);
  source.has_cells = look.cells;
  source.dataset = open_dataset(dataset_spec(source, look, measured), comm);
  // what the values are scaled to depends on the measured screen
  source.dataset.digest =
      Sha256().add_field(source.dataset.digest).add_field(measured.digest).hex();
  if (!source.has_cells) check_one_row_each(source);
  check_genes(source, measured);
  match_rows(source, measured);
  if (!look.status.empty()) take_saved_status(source, look.status);
  return source;
}

}  // namespace pertscale
