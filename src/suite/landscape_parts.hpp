#pragma once
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "data/screen.hpp"
#include "suite/landscape.hpp"
#include "suite/landscape_table.hpp"
#include "suite/principal_components.hpp"

/// The pieces of `pertscale landscape`, one a file.
namespace pertscale {

/// The rows of one context.
struct ContextRows {
  std::size_t context = 0;
  RowRange rows;
  std::size_t control = 0;             ///< its control row
  std::vector<std::size_t> perturbed;  ///< the others
};

std::vector<ContextRows> context_rows(Labels const& labels);

/// A quantity of a whole context.
struct SummaryLine {
  std::string context, quantity;
  double value = 0;
};

/// What every piece reads and writes.
struct Landscape {
  Dataset const& dataset;
  Screen const& screen;
  std::vector<std::size_t> gene_numbers;  ///< of the screen's genes among the dataset's
  Communicator const& comm;
  LandscapeOptions const& options;
  std::vector<ContextRows> contexts;
  LandscapeTable table;
  std::vector<SummaryLine> summary;

  bool cells() const { return dataset.spec.rows == "cells"; }
  bool latent() const { return screen.values == ValueKind::latent; }
  /// Rows are shared among the ranks.
  bool mine(std::size_t row) const {
    return row % static_cast<std::size_t>(comm.size()) == static_cast<std::size_t>(comm.rank());
  }
  std::filesystem::path cache() const { return options.out / "cache"; }
  MomentOptions moment_options() const { return {options.memory, options.stop}; }
  PrincipalOptions principal_options() const {
    return {options.components, options.pca_genes, options.memory};
  }
  void summarise(ContextRows const& context, std::string quantity, double value) {
    summary.push_back({screen.labels.contexts()[context.context], std::move(quantity), value});
  }
};

/// Shift norms, cosines, systematic variation, from profiles.
void landscape_shifts(Landscape& landscape);
/// Numbers of DE genes and transcriptome-wide impact, from means and variances.
void landscape_expression(Landscape& landscape);
/// Split-half, guide and replicate ceilings, from profiles of parts of the cells. Collective.
void landscape_ceilings(Landscape& landscape);

/// The change of each target gene of a condition (NaN: no gene of the screen).
struct TargetChange {
  std::string gene;
  double log2fc = 0, difference = 0;
};
std::vector<TargetChange> target_changes(Screen const& screen, ContextRows const& context,
                                         std::size_t row);

/// E-distances of the rows of one context.
struct ContextDistances {
  std::vector<GroupTerms> terms;  ///< a row each, from the context's first
  std::vector<Matrix> points;     ///< Euclidean only
};

/// UserError where the coordinates of cells that E-distances need do not fit into half of
/// `options.memory`. Reads nothing.
void require_distance_memory(Dataset const& dataset, LandscapeOptions const& options);
/// E-distances to control and their tests, into the table; what all pairs need, a context each;
/// empty where the screen has no cells. Collective.
std::vector<ContextDistances> landscape_distances(Landscape& landscape);

/// Holm-Sidak over the perturbations of each context, once the table is shared.
void adjust_tests(Landscape& landscape);
/// Counts and means over the perturbations of each context, once the table is shared.
void summarise_table(Landscape& landscape);

/// landscape.h5ad, with all pairs; adds the pairs' summaries. Collective.
void write_landscape_h5ad(Landscape& landscape, std::vector<ContextDistances> const& distances);
std::string landscape_csv(Landscape const& landscape);
std::string landscape_summary_csv(Landscape const& landscape);

}  // namespace pertscale
