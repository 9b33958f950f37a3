#pragma once
#include <optional>
#include <string>

namespace pertscale {

/// Why a value is missing: a word of the results tables. Empty text means `ok`.
/// Words in use: no_embedding, constant, too_few_genes, no_training, no_single, no_match,
/// not_applicable, no_reference, needs_cells, needs_counts, too_few_cells, too_few_perturbations,
/// singular, undefined (the formula has no value), zero_reference, not_converged, error.
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
