#pragma once
#include <optional>
#include <string>

namespace pertscale {

/// Why a value is missing: a word of the results tables. Empty text means `ok`.
/// Words in use: no_embedding, no_validation, constant, one_class, too_few_genes, no_training,
/// no_single, no_match, no_prediction, missing_genes, not_finite, not_applicable, no_reference,
/// needs_cells, needs_counts, needs_two_classes, too_few_cells, too_few_perturbations,
/// too_few_conditions, singular, error, undefined (the formula has no value), zero_reference,
/// not_converged, no_significant (no gene is significant), no_effect (nothing is left of the
/// measured effects once their noise is taken off), no_scale (a baseline leaves no room).
class Status {
 public:
  Status() = default;
  explicit Status(std::string word) : word_(std::move(word)) {}
  bool ok() const { return word_.empty(); }
  std::string word() const { return ok() ? "ok" : word_; }
  bool operator==(Status const&) const = default;

 private:
  std::string word_;
};

/// One value of a metric, or why there is none.
struct Score {
  double value = 0;
  Status status;
};

}  // namespace pertscale
