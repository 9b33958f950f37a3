#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "data/screen.hpp"
#include "metric/supply.hpp"
#include "suite/de_options.hpp"
#include "suite/profile_product.hpp"

namespace pertscale {

/// Tests of every perturbed row of a screen, mapped read-only: rows of Labels x genes of the
/// screen (control rows and genes without a test are NaN).
struct DeProduct {
  Status status;  ///< not ok: the screen cannot be tested so, and the tables are empty
  ProfileTable score, log2fc, pvalue;
  ProfileTable padj;  ///< Benjamini-Hochberg over the genes of a row that pass the gate
  ProfileTable gate;  ///< contexts x genes: 1 where the measured control passes; empty: no gate
};

/// The request as options of `pertscale de`, with what only metrics ask for.
DeOptions de_options(DeRequest const& request);
/// What of a request decides tests of measured cells: the rest has its default.
DeRequest measured_request(DeRequest request);
/// `key=value,...` of all fields: part of a product's identity.
std::string request_text(DeRequest const& request);

/// Why a screen cannot be tested so: not_applicable (latent, matched controls), needs_cells
/// (pseudobulk), needs_counts; else ok.
Status can_test(Dataset const& dataset, Screen const& screen, DeRequest const& request);

/// A prepared dataset: `genes` are the numbers of the screen's genes among the dataset's.
struct PreparedDataset {
  Dataset const& dataset;
  Screen const& screen;
  std::vector<std::size_t> const& genes;
};

/// From the cache, or tested by all ranks and put there by rename: t-tests from the screen's
/// moments alone where those do, else from the cells. Every rank maps the same file; the same bytes
/// on any number of ranks. UserError for tests on counts per million that are no rank test.
/// Collective.
DeProduct de_product(PreparedDataset const& prepared, DeRequest const& request,
                     Communicator const& comm, std::filesystem::path const& cache,
                     MomentOptions const& options);

}  // namespace pertscale
