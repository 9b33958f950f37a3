#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/options.hpp"
#include "core/registry.hpp"
#include "data/condition.hpp"
#include "data/labels.hpp"

namespace pertscale {

/// Who is trained on and who is held out: row numbers of Labels, ascending. Parts are disjoint;
/// control rows are always in `train` (of every context). Conditions of no part are left out.
struct PerturbationSplit {
  std::string name;  ///< `seed`, `seed.fold`, `seed.CONTEXT`, or a split file's own
  std::vector<std::size_t> train;
  std::vector<std::size_t> validation;
  std::vector<std::size_t> test;
  std::vector<std::string> groups;  ///< one a row of Labels: label of a held-out row, else empty

  /// The rows that are scored: test, or test and validation, ascending.
  std::vector<std::size_t> scored(bool with_validation) const;
};

/// What a screen is called and how it spells its conditions: error sentences name the first, names
/// in a split file are matched by both.
struct ScreenNaming {
  std::string dataset;
  ConditionGrammar grammar;
};

/// The screen lacks what a protocol is about (doubles, contexts): its rows become `not_applicable`,
/// and a study over several screens goes on.
class NotServed : public UserError {
 public:
  using UserError::UserError;
};

/// A way to split a screen. Deterministic: the same labels, options and seed give the same splits.
class Protocol {
 public:
  static constexpr std::string_view kind = "protocol";
  struct Traits {
    bool pools_contexts = false;  ///< models are fitted over all training contexts by default
    /// Nothing is trained on: the perturbed-mean reference is of every measured perturbation.
    bool measured_reference = false;
  };

  virtual ~Protocol() = default;
  virtual void declare(OptionList& options) = 0;
  /// Throws UserError where the labels cannot be split so (more folds than perturbations ...).
  virtual std::vector<PerturbationSplit> splits(Labels const& labels,
                                                ScreenNaming const& naming) const = 0;
  /// Does this configuration score validation rows too?
  virtual bool scores_validation() const { return false; }
};

using ProtocolRegistry = Registry<Protocol>;

}  // namespace pertscale
