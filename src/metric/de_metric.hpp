#pragma once
#include <optional>
#include <string>
#include <vector>

#include "metric/de_settings.hpp"
#include "metric/metric.hpp"
#include "statistics/de_agreement.hpp"

namespace pertscale {

/// Both tables of tests of one item, or why there are none.
struct ItemTests {
  Status status;
  TestPair pair;
};

/// Tests of an item as `settings` says; its targets left out where it says so. needs_cells without
/// a supply. `side` limits what is asked for.
enum class TestSides { both, measured, predicted };
ItemTests tests_of(ScoreContext const& context, ScoreItem const& item, DeSettings const& settings,
                   TestSides sides = TestSides::both);

/// A metric of measured and predicted tests, one perturbation at a time.
class DeMetric : public Metric {
 public:
  void declare(OptionList& options) final;
  MetricNeeds needs() const override { return {.de = {settings_.request()}}; }
  std::vector<Score> score(ScoreContext const& context,
                           std::vector<ScoreItem> const& items) const override;

 protected:
  virtual void declare_own(OptionList& options) { static_cast<void>(options); }
  /// Does cell-eval2 leave the perturbed gene out?
  virtual bool peer_excludes_target() const { return false; }
  virtual TestSides sides() const { return TestSides::both; }
  virtual Score value(ScoreContext const& context, TestPair const& pair) const = 0;

  DePeer peer() const { return settings_.peer(); }
  DeSettings const& settings() const { return settings_; }
  /// Are `genes` enough? If not: no_significant, too_few_genes.
  Status enough(std::size_t genes) const;
  /// An undefined value: `worst` where the peer is cell-eval2, which lets nobody gain by it.
  Score filled(std::optional<double> value, double worst, std::string const& why) const;

 private:
  DeSettings settings_;
};

Score score_or(std::optional<double> value, std::string const& why);

}  // namespace pertscale
