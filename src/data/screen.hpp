#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "data/gene_table.hpp"
#include "data/labels.hpp"
#include "data/matrix.hpp"

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
  Matrix mean;      ///< rows of labels x genes: mean of the normalised values over cells
  Matrix variance;  ///< the same shape, unbiased over cells; 0 x 0 where the screen has none
  Matrix nonzero;   ///< the same shape, fraction of cells with a value other than 0; or 0 x 0

  Profile profile(std::size_t row) const { return row_of(mean, row); }
  /// The control row of a context; throws InternalError if there is none (checked when prepared).
  std::size_t control_row(std::size_t context) const;
};

}  // namespace pertscale
