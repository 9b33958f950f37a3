#include "suite/verdict.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "core/mean.hpp"
#include "statistics/multiple_testing.hpp"

namespace pertscale {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double alpha = 0.05;

using Table = std::vector<std::vector<double>>;

bool has_value(double value) { return !std::isnan(value); }

double mean_or_none(std::vector<double> const& values) {
  return values.empty() ? none : mean_of(values);
}

/// Values as the rule completes them: a row counts where a model's value is a number.
class Completion {
 public:
  Completion(VerdictRows const& rows, VerdictOptions const& options)
      : rows_(rows), options_(options), count_(rows.unit.size()) {
    for (auto const& list : rows.values)
      present_.push_back(std::any_of(list.begin(), list.end(), has_value));
  }

  bool present(std::size_t model) const { return present_[model]; }

  Table completed(MissingRule rule) const {
    Table out = rows_.values;
    for (std::size_t row = 0; row < count_; ++row) {
      double const fill = fill_of(row, rule);
      bool const all = row_is_common(row);
      for (std::size_t m = 0; m < out.size(); ++m) {
        if (!present_[m]) continue;
        if (rule == MissingRule::common && !all) out[m][row] = none;
        if (rule != MissingRule::common && !has_value(out[m][row])) out[m][row] = fill;
      }
    }
    return out;
  }

 private:
  bool row_is_common(std::size_t row) const {
    for (std::size_t m = 0; m < present_.size(); ++m)
      if (present_[m] && !has_value(rows_.values[m][row])) return false;
    return true;
  }

  double fill_of(std::size_t row, MissingRule rule) const {
    if (rule == MissingRule::no_change && has_value(rows_.values[options_.no_change][row]))
      return rows_.values[options_.no_change][row];
    double worst = none;
    for (auto const& list : rows_.values)
      if (has_value(list[row]) && (!has_value(worst) || is_better(worst, list[row], options_.side)))
        worst = list[row];
    return worst;
  }

  VerdictRows const& rows_;
  VerdictOptions const& options_;
  std::size_t count_;
  std::vector<bool> present_;
};

/// The paired rows of two models, perturbations numbered 0, 1, ... in their order.
struct PairedRows {
  std::vector<PairedRow> rows;
  std::vector<std::size_t> places;  ///< of each row among all
  std::size_t units = 0;
};

PairedRows paired(VerdictRows const& all, Table const& values, std::size_t model,
                  std::size_t baseline) {
  PairedRows out;
  std::set<std::size_t> units;
  for (std::size_t row = 0; row < all.unit.size(); ++row) {
    if (!has_value(values[model][row]) || !has_value(values[baseline][row])) continue;
    out.places.push_back(row);
    units.insert(all.unit[row]);
  }
  std::map<std::size_t, std::size_t> number;
  for (auto const unit : units) number.emplace(unit, number.size());
  for (auto const row : out.places)
    out.rows.push_back({number.at(all.unit[row]), values[model][row], values[baseline][row]});
  out.units = units.size();
  return out;
}

class Comparer {
 public:
  Comparer(VerdictRows const& rows, VerdictOptions const& options,
           std::function<Bootstrap const&(std::size_t)> const& bootstrap)
      : rows_(rows), options_(options), bootstrap_(bootstrap), completion_(rows, options) {}

  std::vector<Verdict> run(MissingRule rule) const {
    auto const values = completion_.completed(rule);
    std::vector<Verdict> out;
    for (auto const baseline : options_.baselines) {
      std::vector<Verdict> family;
      for (std::size_t model = 0; model < rows_.values.size(); ++model)
        if (model != baseline) family.push_back(compare(values, model, baseline));
      adjust(family);
      out.insert(out.end(), family.begin(), family.end());
    }
    return out;
  }

 private:
  Verdict compare(Table const& values, std::size_t model, std::size_t baseline) const {
    Verdict out;
    out.model = model;
    out.baseline = baseline;
    out.headroom = none;
    out.omitted = omitted(model, baseline);
    auto const pairs = completion_.present(model) && completion_.present(baseline)
                           ? paired(rows_, values, model, baseline)
                           : PairedRows();
    out.compared = compare_paired(pairs.rows, pairs.units, bootstrap_(pairs.units));
    if (options_.whole_split) {
      auto& c = out.compared;
      c.ci_low = c.ci_high = c.ratio_low = c.ratio_high = none;
      c.signed_rank = c.student = {};
    }
    bool const error = !options_.side.higher_is_better && options_.side.best == 0;
    if (!error) out.compared.ratio = out.compared.ratio_low = out.compared.ratio_high = none;
    out.headroom = headroom(pairs, baseline);
    return out;
  }

  std::size_t omitted(std::size_t model, std::size_t baseline) const {
    std::set<std::size_t> units;
    for (std::size_t row = 0; row < rows_.unit.size(); ++row)
      if (!has_value(rows_.values[model][row]) && has_value(rows_.values[baseline][row]))
        units.insert(rows_.unit[row]);
    return units.size();
  }

  /// Over the rows of the comparison that have both values, perturbations alike.
  double headroom(PairedRows const& pairs, std::size_t baseline) const {
    if (rows_.positive.empty() || rows_.on_half.empty()) return none;
    std::vector<double> sum(pairs.units, 0), count(pairs.units, 0), means;
    for (std::size_t i = 0; i < pairs.rows.size(); ++i) {
      double const positive = rows_.positive[pairs.places[i]];
      double const own = rows_.on_half[baseline][pairs.places[i]];
      if (!has_value(positive) || !has_value(own)) continue;
      sum[pairs.rows[i].unit] += options_.side.higher_is_better ? positive - own : own - positive;
      count[pairs.rows[i].unit] += 1;
    }
    for (std::size_t u = 0; u < pairs.units; ++u)
      if (count[u] > 0) means.push_back(sum[u] / count[u]);
    return mean_or_none(means);
  }

  void adjust(std::vector<Verdict>& family) const {
    std::vector<double> p;
    for (auto const& verdict : family) p.push_back(pvalue_of(verdict.compared));
    auto const adjusted = holm(p);
    for (std::size_t i = 0; i < family.size(); ++i) {
      family[i].p_holm = adjusted[i];
      family[i].word = word_of(family[i]);
    }
  }

  /// Zeros are dropped, and of what is left the normal approximation may claim more than any exact
  /// test of so few differences can.
  static double pvalue_of(PairedComparison const& compared) {
    if (compared.units < least_units) return none;
    double const p = compared.signed_rank.two_sided;
    if (compared.differing >= least_units) return p;
    return std::max(p, std::min(1.0, std::ldexp(2.0, -static_cast<int>(compared.differing))));
  }

  std::string word_of(Verdict const& verdict) const {
    auto const& c = verdict.compared;
    if (options_.whole_split) return c.units > 0 ? "single_value" : "too_few";
    if (c.units < least_units) return "too_few";
    bool const apart = c.ci_low > 0 || c.ci_high < 0;
    if (!(verdict.p_holm < alpha) || !apart) return "not_distinguishable";
    return is_better(c.difference, 0, options_.side) ? "better" : "worse";
  }

  VerdictRows const& rows_;
  VerdictOptions const& options_;
  std::function<Bootstrap const&(std::size_t)> const& bootstrap_;
  Completion completion_;
};

}  // namespace

std::vector<Verdict> verdicts(VerdictRows const& rows, VerdictOptions const& options,
                              std::function<Bootstrap const&(std::size_t units)> const& bootstrap) {
  Comparer const comparer(rows, options, bootstrap);
  auto out = comparer.run(options.missing);
  bool const doubtful = options.missing != MissingRule::worst &&
                        std::any_of(out.begin(), out.end(), [](Verdict const& v) {
                          return v.omitted > 0 && v.word == "better";
                        });
  if (!doubtful) return out;
  auto const strict = comparer.run(MissingRule::worst);
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i].omitted == 0 || out[i].word != "better" || strict[i].word == "better") continue;
    out[i].word = "not_distinguishable";
    out[i].withheld = true;
  }
  return out;
}

}  // namespace pertscale
