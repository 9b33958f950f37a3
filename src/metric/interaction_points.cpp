#include "metric/interaction_points.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"

namespace pertscale {

namespace {

std::optional<double> fixed(std::string const& text) {
  return text == "auto" ? std::nullopt : parse_double(text);
}

std::function<std::string(std::string const&)> on_side(int side) {
  return [side](std::string const& text) {
    auto const value = fixed(text);
    if (text == "auto" || (value && *value * side > 0)) return std::string();
    return fmt::format("takes auto, or a number {} 0", side < 0 ? "below" : "above");
  };
}

}  // namespace

void InteractionOptions::declare(OptionList& options) {
  genes_.declare(options);
  options
      .add("fdr", level_,
           "local false discovery rate at which a deviation from additivity becomes an "
           "interaction; of Efron's empirical null over all measured doubles of the context")
      .greater_than(0)
      .at_most(1);
  options
      .add("low", low_, "deviations below it are interactions: auto (by fdr), or a number below 0")
      .checked(on_side(-1))
      .type = "auto|number";
  options
      .add("high", high_,
           "deviations above it are interactions: auto (by fdr), or a number above 0")
      .checked(on_side(1))
      .type = "auto|number";
}

std::optional<double> InteractionOptions::low() const { return fixed(low_); }
std::optional<double> InteractionOptions::high() const { return fixed(high_); }

MeasuredInteractions::MeasuredInteractions(ScoreContext const& context,
                                           InteractionOptions const& options)
    : context_(context),
      selection_(options.genes()),
      candidates_(options.genes().candidates(context, context.control.size())) {
  status_ = gather();
  if (status_.ok()) status_ = find_thresholds(options);
}

Profile MeasuredInteractions::single_of(std::string const& target) const {
  for (auto const& one : context_.measured)
    if (one.condition->order() == 1 && one.condition->targets.front() == target) return one.profile;
  return {};
}

MeasuredInteractions::Singles MeasuredInteractions::singles_of(Condition const& condition) const {
  if (condition.order() != 2) return {Status("not_applicable"), {}, {}};
  Singles const found{{}, single_of(condition.targets[0]), single_of(condition.targets[1])};
  if (found.first.empty() || found.second.empty()) return {Status("no_single"), {}, {}};
  return found;
}

/// Without variances, so that a held-out double has the same genes here as among all doubles.
Status MeasuredInteractions::genes_of(Condition const& condition, Profile observed,
                                      std::vector<std::size_t>& genes) const {
  ScoreItem item;
  item.condition = &condition;
  item.observed = observed;
  return selection_.select(context_, candidates_, item, genes);
}

InteractionPoint MeasuredInteractions::point(Singles const& singles, Profile observed,
                                             std::size_t gene) const {
  return {context_.control[gene], singles.first[gene], singles.second[gene], observed[gene]};
}

Status MeasuredInteractions::gather() {
  Status reason("not_applicable");
  std::vector<std::size_t> genes;
  for (auto const& one : context_.measured) {
    auto const singles = singles_of(*one.condition);
    if (!singles.status.ok()) {
      if (one.condition->order() == 2) reason = singles.status;
      continue;
    }
    if (auto status = genes_of(*one.condition, one.profile, genes); !status.ok()) return status;
    for (auto const gene : genes) points_.push_back(point(singles, one.profile, gene));
  }
  return points_.empty() ? reason : Status();
}

Status MeasuredInteractions::find_thresholds(InteractionOptions const& options) {
  auto const low = options.low(), high = options.high();
  if (!low || !high) {
    std::vector<double> deviations;
    for (auto const& one : points_) deviations.push_back(one.deviation());
    auto const null = empirical_null(deviations);
    if (!null.status.ok()) return null.status;
    thresholds_ = interaction_thresholds(null, deviations, options.level());
  }
  if (low) thresholds_.low = *low;
  if (high) thresholds_.high = *high;
  return {};
}

Status MeasuredInteractions::append(ScoreItem const& item,
                                    std::vector<PredictedInteraction>& to) const {
  auto const singles = singles_of(*item.condition);
  if (!singles.status.ok()) return singles.status;
  if (item.predicted.empty()) return Status("no_prediction");
  std::vector<std::size_t> genes;
  if (auto status = genes_of(*item.condition, item.observed, genes); !status.ok()) return status;
  for (auto const gene : genes)
    to.push_back({point(singles, item.observed, gene), item.predicted[gene]});
  return {};
}

}  // namespace pertscale
