#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/options.hpp"
#include "data/condition.hpp"
#include "suite/key_values.hpp"

namespace pertscale {

/// `where = column=A,B` keeps cells whose value is one of these; `column<0.25` and the like
/// compare.
struct CellFilter {
  std::string column;
  std::string comparison;  ///< =, !=, <, <=, >, >=
  std::vector<std::string> values;
  std::string text;  ///< as written
};

/// One file of a screen: `part = path=F context=C`.
struct PartSpec {
  std::string path;
  std::string context{};  ///< of all its cells; empty: as the context-column says
};

/// What a dataset file (or `dataset = FILE.h5ad` with defaults) says of a screen.
struct DatasetSpec {
  std::string name;
  std::string file;             ///< the cfg, or the h5ad itself: what messages name
  std::string path;             ///< the screen; of several files the first
  std::vector<PartSpec> parts;  ///< its files, where `part` names them; else empty
  std::string common_genes = "intersection";
  std::string rows = "cells";
  std::string matrix = "X";
  std::string values = "lognormalised";
  std::string target_sum = "median";
  std::string preset;
  std::string condition_column = "condition";
  std::vector<std::string> control{"ctrl", "control"};
  std::string separator = "+";
  bool merge_orders = true;
  std::string context_column, batch_column, guide_column, replicate_column;
  std::string control_matching = "pooled";
  std::string gene_column;
  std::string library_size_column;
  std::string genes = "all";
  std::vector<CellFilter> where;
  InputText conditions;  ///< `file:F`: keep these conditions only
  InputText gene_list;   ///< of `genes = file:F`
  std::int64_t min_cells = 1;
  std::int64_t max_cells = 0;          ///< 0: no bound
  std::int64_t max_control_cells = 0;  ///< 0: no bound
  std::int64_t sample_seed = 0;
  std::string source, sha256;
  bool prediction = false;  ///< predictions made elsewhere: no control is needed, profiles have no
                            ///< weights, values need not be finite; no key of a file
  std::set<std::string> given;  ///< keys that the user's file gives; others are at their defaults

  /// The files of the screen, in order.
  std::vector<PartSpec> files() const;
  /// What messages call the screen: its file, or the dataset file where it has several.
  std::string const& screen() const { return parts.size() > 1 ? file : path; }
  /// Are the cells of each context in files of their own?
  bool contexts_by_part() const { return !parts.empty() && !parts.front().context.empty(); }
  bool matches_batches() const { return control_matching == "batch"; }
  /// Is a key as the preset says, so that a column that the file lacks is skipped?
  bool by_preset(std::string const& key) const { return !preset.empty() && !given.contains(key); }
  ConditionGrammar grammar() const { return {control, separator, merge_orders}; }
  /// hvg:N of `genes`, else 0.
  std::int64_t variable_genes() const;
  bool keeps_targets() const { return genes.ends_with("+targets"); }
  /// Every key with its value, a line each: provenance, and identity of products.
  std::vector<std::pair<std::string, std::string>> echo() const;

  DatasetSpec() = default;
};

/// Declares the keys of a dataset file, bound to `spec`.
void declare_dataset(OptionList& options, DatasetSpec& spec);

/// Reads `path`: a screen itself (HDF5 signature; defaults) or a dataset file. Mistakes are
/// collected with their lines. Paths inside are made relative to the file that names them.
DatasetSpec read_dataset_spec(std::string const& path, TextSource const& source,
                              Mistakes& mistakes);

}  // namespace pertscale
