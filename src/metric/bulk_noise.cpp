#include "metric/bulk_noise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/sums.hpp"
#include "core/text.hpp"
#include "metric/target_genes.hpp"
#include "statistics/jackknife.hpp"

namespace pertscale {

namespace {

struct Noise {
  Status status;
  double value = 0;
};

/// Variance of the mean of the cells' values, summed over genes; 0 with fewer than two cells.
double variance_of_mean(Matrix const& cells) {
  auto const n = static_cast<std::size_t>(cells.rows());
  auto const genes = static_cast<std::size_t>(cells.cols());
  if (n < 2) return 0;
  std::vector<double> mean(genes, 0), squares(genes, 0);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t g = 0; g < genes; ++g) mean[g] += row_of(cells, i)[g];
  for (auto& value : mean) value /= static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i) {
    auto const row = row_of(cells, i);
    for (std::size_t g = 0; g < genes; ++g) squares[g] += (row[g] - mean[g]) * (row[g] - mean[g]);
  }
  return ordered_sum(squares) / (static_cast<double>(n - 1) * static_cast<double>(n));
}

Noise noise_of(ScoreContext const& context, BulkSettings const& settings, Side side,
               std::size_t item) {
  if (context.supply == nullptr) return {Status("needs_cells"), 0};
  auto const request = settings.cell_request();
  auto* const kept = context.supply->kept_number(
      side, item,
      fmt::format("noise of {}, emit {}",
                  settings.counts() ? number_text(settings.bulk_target) : "means",
                  emit_name(request.emit)));
  if (kept != nullptr && *kept) return {{}, **kept};
  auto const cells = context.supply->cells(side, item, request);
  if (!cells.status.ok()) return {cells.status, 0};
  double const noise = settings.counts() ? jackknife_variance(cells.values, settings.bulk_target)
                                         : variance_of_mean(cells.values);
  if (kept != nullptr) *kept = noise;
  return {{}, noise};
}

double squared_distance(Profile a, Profile b, std::vector<std::size_t> const& left_out) {
  double const all =
      ordered_sum(a.size(), [&](std::size_t g) { return (a[g] - b[g]) * (a[g] - b[g]); });
  double out = all;
  for (auto const g : left_out) out -= (a[g] - b[g]) * (a[g] - b[g]);
  return out;
}

NoiseRow row_of_item(ScoreContext const& context, ScoreItem const& item, BulkSpace const& space,
                     BulkSettings const& settings, Profile control, NoiseSides sides) {
  NoiseRow row;
  auto const measured = space.measured(item);
  auto const noise = noise_of(context, settings, Side::measured, item.place);
  row.status = measured.status.ok() ? noise.status : measured.status;
  if (!row.status.ok()) return row;
  auto const targets = target_genes(context, *item.condition, settings.peer());
  row.genes = static_cast<double>(measured.values.size() - targets.size());
  if (row.genes == 0) row.status = Status("too_few_genes");
  row.effect = squared_distance(measured.values, control, targets);
  row.measured_noise = noise.value;
  row.error = row.effect;
  row.predicted = sides == NoiseSides::both && !item.predicted.empty();
  if (!row.predicted) return row;
  auto const predicted = space.predicted(item);
  auto const own = noise_of(context, settings, Side::predicted, item.place);
  row.status = predicted.status.ok() ? own.status : predicted.status;
  if (!row.status.ok()) return row;
  row.error = squared_distance(predicted.values, measured.values, targets);
  row.predicted_noise = own.value;
  return row;
}

/// Weighted spread of the predicted profiles over conditions, a gene at a time.
struct Spread {
  std::vector<double> mean, shift, squares, weight, rows;

  explicit Spread(std::size_t genes)
      : mean(genes, 0), shift(genes, 0), squares(genes, 0), weight(genes, 0), rows(genes, 0) {}

  void add(Profile values, double w, std::vector<std::size_t> const& left_out) {
    auto skipped = left_out.begin();
    for (std::size_t g = 0; g < values.size(); ++g) {
      if (skipped != left_out.end() && *skipped == g) {
        ++skipped;
        continue;
      }
      double const deviation = values[g] - mean[g];
      shift[g] += w * deviation;
      squares[g] += w * deviation * deviation;
      weight[g] += w;
      rows[g] += 1;
    }
  }
  double total() const {
    return ordered_sum(mean.size(), [&](std::size_t g) {
      if (rows[g] < 2) return 0.0;
      return std::max(0.0, squares[g] - shift[g] * shift[g] / weight[g]);
    });
  }
};

}  // namespace

NoiseTable noise_table(ScoreContext const& context, std::span<ScoreItem const> items,
                       BulkSettings const& settings, NoiseSides sides) {
  NoiseTable out;
  BulkSpace const space(context, settings);
  auto const control = space.control();
  auto const noise = noise_of(context, settings, Side::measured, ScoreSupply::control_item);
  out.status = control.status.ok() ? noise.status : control.status;
  out.control_noise = noise.value;
  if (!out.status.ok()) return out;
  for (auto const& item : items)
    out.rows.push_back(row_of_item(context, item, space, settings, control.values, sides));
  return out;
}

double borne_share(ScoreContext const& context, std::span<ScoreItem const> items,
                   BulkSettings const& settings, NoiseTable const& table) {
  BulkSpace const space(context, settings);
  double claim = 0, conditions = 0;
  std::vector<double> mean;
  auto const counted = [&](std::size_t i) {
    return table.rows[i].predicted && table.rows[i].status.ok();
  };
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!counted(i)) continue;
    auto const& row = table.rows[i];
    claim += std::min(row.predicted_noise, row.measured_noise) / row.genes;
    auto const profile = space.predicted(items[i]);
    mean.resize(profile.values.size(), 0);
    for (std::size_t g = 0; g < mean.size(); ++g) mean[g] += profile.values[g];
    conditions += 1;
  }
  if (claim <= 0) return 1;
  Spread spread(mean.size());
  for (std::size_t g = 0; g < mean.size(); ++g) spread.mean[g] = mean[g] / conditions;
  for (std::size_t i = 0; i < items.size(); ++i)
    if (counted(i))
      spread.add(space.predicted(items[i]).values, 1 / table.rows[i].genes,
                 target_genes(context, *items[i].condition, settings.peer()));
  return std::min(1.0, spread.total() / claim);
}

double unbiased_error(NoiseRow const& row) {
  return (row.error - row.predicted_noise - row.measured_noise) / row.genes;
}

double capped_error(NoiseRow const& row, double share) {
  double const claimed = std::min(row.predicted_noise, row.measured_noise);
  return (row.error - share * claimed - row.measured_noise) / row.genes;
}

double unbiased_effect(NoiseRow const& row, double control_noise) {
  return (row.effect - row.measured_noise - control_noise) / row.genes;
}

}  // namespace pertscale
