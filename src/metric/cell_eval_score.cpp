#include "metric/cell_eval_score.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

#include "core/error.hpp"

namespace pertscale {

namespace {

constexpr double worst_penalty = 6;  // cell-eval2: DEFAULT_PENALTY_CAP
constexpr double open_limit = 2;     // of scores without an anchor
constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

template <std::size_t N>
bool among(std::array<std::string_view, N> const& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

using Means = std::map<std::string, double>;

Means means_of(std::vector<AggregateValue> const& values) {
  Means out;
  for (auto const& value : values)
    if (!out.emplace(value.column, value.mean).second)
      throw UserError(
          fmt::format("column '{}' is there twice; a score needs each once", value.column));
  return out;
}

double of_column(Means const& means, std::string const& column) {
  auto const found = means.find(column);
  return found == means.end() ? no_number : found->second;
}

void append_average(std::vector<ScaledValue>& out) {
  double sum = 0, n = 0;
  for (auto const& value : out)
    if (value.score.status.ok()) {
      sum += value.score.value;
      n += 1;
    }
  out.push_back({"avg_score", n > 0 ? Score{sum / n, {}} : Score{0, Status("no_scale")}});
}

constexpr std::array<std::string_view, 4> errors_of_cell_eval{"mse", "mae", "mse_delta",
                                                              "mae_delta"};

double clipped(double score) { return std::isnan(score) ? 0 : std::max(score, 0.0); }

}  // namespace

std::vector<ScaledValue> score_from_baseline(std::vector<AggregateValue> const& prediction,
                                             std::vector<AggregateValue> const& baseline) {
  auto const base = means_of(baseline);
  if (base.size() != means_of(prediction).size())
    throw UserError("prediction and baseline have different columns; score both with one profile");
  std::vector<ScaledValue> out;
  for (bool const errors : {true, false})
    for (auto const& [column, mean] : prediction) {
      auto const found = base.find(column);
      if (found == base.end())
        throw UserError(
            fmt::format("the baseline has no column '{}'; score both with one profile", column));
      if (column.starts_with("de_nsig_counts") || among(errors_of_cell_eval, column) != errors)
        continue;
      double const b = found->second;
      out.push_back({column, {clipped(errors ? 1 - mean / b : (mean - b) / (1 - b)), {}}});
    }
  append_average(out);
  return out;
}

std::optional<double> ceiling_of_halves(std::string_view column, double mean) {
  bool const scaled = !among(errors_of_cell_eval, column) &&
                      !column.starts_with("de_nsig_counts") && column != "pearson_edistance" &&
                      column != "clustering_agreement";
  if (!scaled || !(mean > 0)) return std::nullopt;
  return 2 * mean / (1 + mean);
}

std::optional<ScorePolicy> score_policy(std::string_view column) {
  constexpr std::array<std::string_view, 4> errors{"expr_mae", "expr_mse", "delta_mse",
                                                   "delta_mae"};
  constexpr std::array<std::string_view, 4> plain{"pds_l1", "pds_l2", "pds_cosine",
                                                  "delta_pearson"};
  constexpr std::array<std::string_view, 5> open{
      "direction_sensitivity_universe", "direction_coverage", "direction_yield_raw",
      "direction_reach_unbounded", "direction_reach_unbounded_raw"};
  constexpr std::array<std::string_view, 4> unfloored{"pds_cosine", "direction_fidelity_yield_raw",
                                                      "direction_reach_raw", "sig_jaccard"};
  constexpr std::string_view prefix = "de_wilcoxon_";
  bool const tests = column.starts_with(prefix);
  auto const name = tests ? column.substr(prefix.size()) : column;
  if (among(errors, name))
    return ScorePolicy{.lower_is_better = true,
                       .anchor = 0.0,
                       .square_penalty = true,
                       .floor = -worst_penalty,
                       .cap = {}};
  if (name == "expr_mse_unbiased_capped_norm")
    return ScorePolicy{
        .lower_is_better = true, .anchor = 0.0, .square_penalty = true, .floor = 0.0, .cap = 1.0};
  if (name == "lfc_nmae")
    return ScorePolicy{.lower_is_better = true, .anchor = 0.0, .floor = -worst_penalty, .cap = {}};
  if (!(tests || among(plain, name)) || name.starts_with("nsig_counts")) return std::nullopt;
  if (among(open, name) || name == "direction_yield")
    return ScorePolicy{.anchor = {},
                       .floor = -open_limit,
                       .cap = open_limit,
                       .signed_baseline = name == "direction_yield"};
  if (among(unfloored, name))
    return ScorePolicy{.anchor = 1.0, .floor = {}, .cap = {}, .worst = 0.0};
  return ScorePolicy{.anchor = 1.0, .floor = 0.0, .cap = {}};
}

namespace {

/// What a score is divided by; no scale where it isn't above 0.
double room(double baseline, ScorePolicy const& policy) {
  if (!policy.anchor) return policy.signed_baseline ? std::fabs(baseline) : baseline;
  return policy.lower_is_better ? baseline - *policy.anchor : *policy.anchor - baseline;
}

double raw_score(double value, double baseline, ScorePolicy const& policy) {
  if (policy.anchor && policy.lower_is_better) {
    double const r = (value - *policy.anchor) / (baseline - *policy.anchor);
    if (r > 1 && policy.square_penalty) return std::max(-worst_penalty, -(r * r - 1) / 2);
    return 1 - r;
  }
  if (policy.anchor) return (value - baseline) / (*policy.anchor - baseline);
  return (policy.lower_is_better ? baseline - value : value - baseline) / room(baseline, policy);
}

}  // namespace

Score scaled_score(double value, double baseline, ScorePolicy const& policy) {
  double const scale = room(baseline, policy);
  if (!std::isfinite(scale) || scale <= 0) return {0, Status("no_scale")};
  double score = std::isfinite(value) ? raw_score(value, baseline, policy) : no_number;
  if (!std::isfinite(score)) {
    if (policy.floor) return {*policy.floor, {}};
    if (!policy.worst) return {0, Status("no_scale")};
    score = raw_score(*policy.worst, baseline, policy);
  }
  if (policy.floor) score = std::max(score, *policy.floor);
  if (policy.cap) score = std::min(score, *policy.cap);
  return {score, {}};
}

namespace {

template <class Policy>
std::vector<ScaledValue> scaled(std::vector<AggregateValue> const& prediction, Means const& base,
                                Policy policy_of) {
  std::vector<ScaledValue> out;
  for (bool const errors : {true, false})
    for (auto const& [column, mean] : prediction) {
      std::optional<ScorePolicy> const policy = policy_of(column);
      if (!policy || policy->lower_is_better != errors) continue;
      double const b = of_column(base, column);
      if (std::isnan(b) && std::isnan(mean)) continue;
      out.push_back({column, scaled_score(mean, b, *policy)});
    }
  append_average(out);
  return out;
}

}  // namespace

std::vector<ScaledValue> score_from_baseline2(std::vector<AggregateValue> const& prediction,
                                              std::vector<AggregateValue> const& baseline) {
  return scaled(prediction, means_of(baseline), score_policy);
}

std::vector<ScaledValue> score_from_replicate(std::vector<AggregateValue> const& prediction,
                                              std::vector<AggregateValue> const& baseline,
                                              std::vector<AggregateValue> const& replicate) {
  auto const top = means_of(replicate);
  return scaled(prediction, means_of(baseline), [&](std::string const& column) {
    auto policy = score_policy(column);
    if (!policy || !top.contains(column)) return std::optional<ScorePolicy>();
    policy->anchor = top.at(column);
    policy->signed_baseline = false;
    return policy;
  });
}

}  // namespace pertscale
