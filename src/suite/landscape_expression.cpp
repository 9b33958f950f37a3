#include <cmath>
#include <limits>

#include "statistics/effect_distribution.hpp"
#include "statistics/fold_change.hpp"
#include "statistics/multiple_testing.hpp"
#include "suite/landscape_parts.hpp"

namespace pertscale {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double significant = 0.05;

/// Moments of one row of a screen.
class RowMoments {
 public:
  RowMoments(Screen const& screen, std::size_t row)
      : mean_(screen.mean.row(row)),
        variance_(screen.variance.empty() ? Profile() : screen.variance.row(row)),
        cells_(screen.labels.rows()[row].cells) {}
  std::int64_t cells() const { return cells_; }
  SampleMoments gene(std::size_t g) const {
    return {mean_[g], variance_.empty() ? none : variance_[g], cells_};
  }

 private:
  Profile mean_, variance_;
  std::int64_t cells_;
};

/// Genes whose Welch test against control is below 0.05 after Benjamini and Hochberg.
std::int64_t de_genes(Screen const& screen, RowMoments const& row, RowMoments const& control,
                      double min_log2fc) {
  std::vector<double> p(screen.genes.size());
  for (std::size_t g = 0; g < p.size(); ++g) p[g] = welch_test(row.gene(g), control.gene(g)).pvalue;
  auto const adjusted = benjamini_hochberg(p);
  std::int64_t count = 0;
  for (std::size_t g = 0; g < p.size(); ++g) {
    if (!(adjusted[g] < significant)) continue;
    auto const change =
        log2_fold_change(row.gene(g), control.gene(g), FoldChangeMean::geometric).log2;
    count += std::fabs(change) >= min_log2fc ? 1 : 0;
  }
  return count;
}

/// Of log2 fold changes with a pseudo-count of 1, that is (m1 - m0) / ln 2 of the means of log1p
/// values: a gene that control does not express brings no boundless change. The own targets are
/// left out.
EffectDistribution impact(Screen const& screen, Condition const& condition, RowMoments const& row,
                          RowMoments const& control) {
  std::vector<double> effects(screen.genes.size()), errors(screen.genes.size());
  for (std::size_t g = 0; g < effects.size(); ++g) {
    auto const change =
        log2_fold_change(row.gene(g), control.gene(g), FoldChangeMean::geometric, 1);
    effects[g] = change.log2;
    errors[g] = change.standard_error;
  }
  for (auto const& target : condition.targets)
    if (auto const gene = screen.genes.find(target)) effects[*gene] = none;
  return effect_distribution(effects, errors);
}

void add_row(Landscape& landscape, ContextRows const& context, std::size_t row) {
  auto const& screen = landscape.screen;
  RowMoments const own(screen, row), control(screen, context.control);
  std::string missing;
  if (landscape.latent())
    missing = "not_applicable";
  else if (screen.variance.empty())
    missing = "needs_cells";
  else if (own.cells() < 2 || control.cells() < 2)
    missing = "too_few_cells";
  if (!missing.empty()) {
    landscape.table.miss(row, LandscapeColumn::de_genes, missing);
    landscape.table.miss(row, LandscapeColumn::impact, missing);
    return;
  }
  landscape.table.put(
      row, LandscapeColumn::de_genes,
      static_cast<double>(de_genes(screen, own, control, landscape.options.min_log2fc)));
  auto const found = impact(screen, screen.labels.condition_of(row), own, control);
  landscape.table.put(row, LandscapeColumn::impact, found.impact, found.status);
  if (found.status.ok())
    landscape.table.put(row, LandscapeColumn::effective_genes, found.effective_genes);
}

}  // namespace

void landscape_expression(Landscape& landscape) {
  agree(landscape.comm, [&] {
    for (auto const& context : landscape.contexts)
      for (auto const row : context.perturbed)
        if (landscape.mine(row)) add_row(landscape, context, row);
  });
}

std::vector<TargetChange> target_changes(Screen const& screen, ContextRows const& context,
                                         std::size_t row) {
  RowMoments const own(screen, row), control(screen, context.control);
  std::vector<TargetChange> out;
  for (auto const& target : screen.labels.condition_of(row).targets) {
    auto const gene = screen.values == ValueKind::latent ? std::nullopt : screen.genes.find(target);
    if (!gene) {
      out.push_back({target, none, none});
      continue;
    }
    auto const one = own.gene(*gene), zero = control.gene(*gene);
    out.push_back({target, log2_fold_change(one, zero, FoldChangeMean::geometric).log2,
                   one.mean - zero.mean});
  }
  return out;
}

}  // namespace pertscale
