#include <cmath>

#include "core/error.hpp"
#include "core/sums.hpp"
#include "metric/bulk_noise.hpp"

namespace pertscale {
namespace {

constexpr double cell_target = 1e6;  // cell-eval2: total of a cell, log-normalised input

/// Numbers of one condition of a panel, whatever block it is in.
NoiseRow const& row_of_place(NoiseTable const& table, std::span<ScoreItem const> panel,
                             ScoreItem const& item) {
  std::size_t place = 0;
  while (place < panel.size() && panel[place].condition != item.condition) ++place;
  if (place == panel.size())
    throw InternalError("condition '" + item.condition->name + "' is scored outside its panel");
  return table.rows[place];
}

/// Squared error less both sides' sampling error, and the measured effect made the same way.
/// `capped` needs the whole panel for each block: the prediction's spread across conditions bounds
/// what it may claim.
class UnbiasedBulk final : public Metric {
 public:
  enum class Form { error, capped, effect };
  explicit UnbiasedBulk(Form form) : form_(form) {}

  void declare(OptionList& options) override {
    settings_.declare(options, form_ == Form::effect ? BulkUse::measured : BulkUse::profiles);
  }
  MetricNeeds needs() const override { return settings_.needs(true); }

  std::vector<Score> score(ScoreContext const& context,
                           std::vector<ScoreItem> const& items) const override {
    std::vector<Score> scores;
    if (items.empty()) return scores;
    auto const sides = form_ == Form::effect ? NoiseSides::measured : NoiseSides::both;
    auto const panel =
        form_ == Form::capped ? panel_of(context, items) : std::span<ScoreItem const>(items);
    auto const table = noise_table(context, panel, settings_, sides);
    if (!table.status.ok()) return std::vector<Score>(items.size(), {0, table.status});
    double const share = form_ == Form::capped ? borne_share(context, panel, settings_, table) : 1;
    for (auto const& item : items) {
      auto const& row = row_of_place(table, panel, item);
      if (!row.status.ok())
        scores.push_back({0, row.status});
      else if (form_ == Form::effect)
        scores.push_back({unbiased_effect(row, table.control_noise), {}});
      else
        scores.push_back(
            {form_ == Form::capped ? capped_error(row, share) : unbiased_error(row), {}});
    }
    return scores;
  }

 private:
  Form form_;
  BulkSettings settings_;
};

/// Sum over conditions of capped errors over the sum of measured effects: 0 perfect, 1 as good as
/// pasting the control.
class CappedRatio final : public Metric {
 public:
  void declare(OptionList& options) override { settings_.declare(options, BulkUse::profiles); }
  MetricNeeds needs() const override { return settings_.needs(true); }

  std::vector<Score> score(ScoreContext const& context,
                           std::vector<ScoreItem> const& items) const override {
    auto const panel = panel_of(context, items);
    auto const table = noise_table(context, panel, settings_, NoiseSides::both);
    if (!table.status.ok()) return {{0, table.status}};
    for (auto const& row : table.rows)
      if (!row.status.ok()) return {{0, row.status}};
    double const share = borne_share(context, panel, settings_, table);
    double errors = 0, effects = 0;
    for (auto const& row : table.rows) {
      errors += capped_error(row, share);
      effects += unbiased_effect(row, table.control_noise);
    }
    // no effect is left of these cells once their noise is taken off
    if (!(effects > 0)) return {{0, Status("no_effect")}};
    return {{errors / effects, {}}};
  }

 private:
  BulkSettings settings_;
};

/// Sum over genes of expm1 of the measured bulk profile over the total that it was brought to.
class MassRatio final : public Metric {
 public:
  void declare(OptionList& options) override { settings_.declare(options, BulkUse::measured); }
  MetricNeeds needs() const override { return settings_.needs(false); }

  std::vector<Score> score(ScoreContext const& context,
                           std::vector<ScoreItem> const& items) const override {
    BulkSpace const space(context, settings_);
    double const target = settings_.counts() ? settings_.bulk_target : cell_target;
    std::vector<Score> scores;
    for (auto const& item : items) {
      auto const profile = space.measured(item);
      double const mass = ordered_sum(profile.values.size(),
                                      [&](std::size_t g) { return std::expm1(profile.values[g]); });
      scores.push_back({profile.status.ok() ? mass / target : 0, profile.status});
    }
    return scores;
  }

 private:
  BulkSettings settings_;
};

PartInfo<Metric> describe(std::string name, std::string summary, Metric::Traits traits,
                          std::function<std::unique_ptr<Metric>()> make) {
  traits.needs_genes = true;
  return {.name = std::move(name),
          .summary = std::move(summary),
          .source = "cell-eval2 0.20.0",
          .traits = traits,
          .make = std::move(make)};
}

std::unique_ptr<Metric> made(UnbiasedBulk::Form form) {
  return std::make_unique<UnbiasedBulk>(form);
}

Registered<Metric> const unbiased{
    describe("bulk-mse-unbiased", "mean (y-x)^2 less both sides' sampling error (may be negative)",
             {}, [] { return made(UnbiasedBulk::Form::error); })};
Registered<Metric> const capped{
    describe("bulk-mse-capped",
             "the same, the prediction's own error bounded by the measured one and its spread", {},
             [] { return made(UnbiasedBulk::Form::capped); })};
Registered<Metric> const effect{
    describe("bulk-distance-unbiased", "mean squared measured change less its sampling error",
             {.neutral = true}, [] { return made(UnbiasedBulk::Form::effect); })};
Registered<Metric> const ratio{
    describe("bulk-mse-capped-norm", "sum of capped errors over the sum of measured effects",
             {.whole_split = true}, [] { return std::make_unique<CappedRatio>(); })};
Registered<Metric> const mass{
    describe("bulk-mass-ratio", "expm1 of the measured bulk profile, summed, over its total",
             {.neutral = true}, [] { return std::make_unique<MassRatio>(); })};

}  // namespace
}  // namespace pertscale
