#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "data/condition.hpp"
#include "data/gene_table.hpp"
#include "data/matrix.hpp"
#include "data/screen.hpp"

namespace pertscale {

/// One training profile of another context: what `context-mean` and pooled fits use.
struct ContextProfile {
  std::size_t condition;  ///< index into TrainingView::elsewhere_conditions
  std::size_t context;    ///< running number of the context (not the target)
  std::int64_t cells;
  Vector delta;  ///< profile minus the control of its own context
};

/// All that a model is handed for one fit: the training profiles of one context. There is no way to
/// name a held-out cell. Made by the suite from the training rows of a split.
struct TrainingView {
  GeneTable const* genes = nullptr;
  ValueKind values = ValueKind::expression;
  std::vector<Condition> conditions;  ///< perturbed training conditions, sorted by spelling
  std::vector<std::int64_t> cells;    ///< cells behind each profile
  Matrix profiles;                    ///< conditions x genes, absolute expression
  Vector control;                     ///< control profile of the context (genes)
  std::int64_t control_cells = 0;

  /// Training conditions of the other contexts (their deltas); empty unless the split trains there.
  std::vector<Condition> elsewhere_conditions;
  std::vector<ContextProfile> elsewhere;

  /// Validation conditions of the split, for models that choose their options by them; empty for
  /// others, and where a split has none.
  std::vector<Condition> validation_conditions;
  Matrix validation_profiles;  ///< validation conditions x genes, absolute expression

  std::size_t size() const { return conditions.size(); }
  Profile profile(std::size_t i) const { return row_of(profiles, i); }
};

}  // namespace pertscale
