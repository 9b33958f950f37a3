#pragma once
#include <string>

#include "data/gene_table.hpp"
#include "data/labels.hpp"
#include "data/profile_table.hpp"

namespace pertscale {

/// What the values of a screen are, after preparation.
enum class ValueKind {
  expression,  ///< log1p of library-size normalised counts, over genes
  latent       ///< coordinates of an embedding: no gene axis
};

/// A prepared dataset: pseudobulk profiles of every condition in every context.
struct Screen {
  std::string name;
  ValueKind values = ValueKind::expression;
  GeneTable genes;
  Labels labels;
  ProfileTable mean;      ///< rows of labels x genes: mean of the normalised values over cells;
                          ///< with matched controls: pooled control + (mean - matched control)
  ProfileTable variance;  ///< the same shape, unbiased over cells; empty where the screen has none
  ProfileTable nonzero;   ///< the same shape, fraction of cells with a value other than 0; or empty
  ProfileTable measured_mean{};    ///< the means themselves, where `mean` is matched; else empty
  ProfileTable matched_control{};  ///< control in each row's mix of batches; else empty

  Profile profile(std::size_t row) const { return mean.row(row); }
  /// Of every table.
  void release_pages() const;
  /// The control row of a context; throws InternalError if there is none (checked when prepared).
  std::size_t control_row(std::size_t context) const;
};

}  // namespace pertscale
