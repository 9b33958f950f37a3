#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.hpp"
#include "core/random.hpp"
#include "core/text.hpp"
#include "protocol/split_builder.hpp"

namespace pertscale {
namespace {

/// The data splits of PEREGGRN (Kernfeld et al. 2023). Sizes are its own; its draws come from
/// NumPy's PCG64, ours from a counter-based stream, so the members differ.
class Pereggrn final : public Protocol {
 public:
  void declare(OptionList& options) override {
    options.add("seeds", seeds_,
                "seeds of the draws, one split each (of type=interventional and "
                "stratified)");
    options
        .add("type", type_,
             "interventional: disjoint perturbations; stratified: each perturbation in some "
             "contexts, as its program does with samples; genetic-interaction: combinations are "
             "held out, singles trained on; demultiplexing: singles are held out, combinations "
             "trained on")
        .one_of({"interventional", "stratified", "genetic-interaction", "demultiplexing"});
    options
        .add("held-out-fraction", held_out_,
             "share of the perturbations (counting control, as its program does) or of each one's "
             "contexts that is held out; of type=interventional and stratified")
        .greater_than(0)
        .at_most(0.99);
    options.add("eligible", eligible_,
                "file of genes that may be held out (type=interventional), for instance the "
                "regulators of its networks; none: every target");
  }

  std::vector<PerturbationSplit> splits(Labels const& labels,
                                        ScreenNaming const& naming) const override {
    require_used(naming);
    if (type_ == "genetic-interaction" || type_ == "demultiplexing")
      return {by_order(labels, naming)};
    std::vector<PerturbationSplit> out;
    for (auto const seed : seeds_)
      out.push_back(type_ == "stratified" ? stratified(labels, naming, seed)
                                          : interventional(labels, naming, seed));
    return out;
  }

 private:
  void require_used(ScreenNaming const& naming) const {
    if (eligible_.given() && type_ != "interventional")
      throw UserError(fmt::format(
          "pereggrn eligible={} has no effect with type={} (dataset '{}'); leave it out",
          eligible_.path, type_, naming.dataset));
  }

  PerturbationSplit by_order(Labels const& labels, ScreenNaming const& naming) const {
    ConditionSplit split;
    split.groups = order_labels(labels);
    for (auto const c : perturbed_conditions(labels)) {
      bool const single = labels.conditions()[c].order() == 1;
      (single == (type_ == "demultiplexing") ? split.test : split.train).push_back(c);
    }
    if (split.test.empty() || split.train.empty())
      throw NotServed(fmt::format(
          "dataset '{}' lacks {} of perturbations, which pereggrn type={} needs; use type="
          "interventional",
          naming.dataset,
          split.test.empty() == (type_ == "demultiplexing") ? "singles" : "combinations", type_));
    return over_contexts(labels, split, type_);
  }

  bool may_be_held_out(Condition const& condition, std::set<std::string> const& genes) const {
    return !eligible_.given() ||
           std::all_of(condition.targets.begin(), condition.targets.end(),
                       [&](std::string const& target) { return genes.contains(target); });
  }

  PerturbationSplit interventional(Labels const& labels, ScreenNaming const& naming,
                                   std::int64_t seed) const {
    auto const names = parse_list(eligible_.text);
    std::set<std::string> const genes(names.begin(), names.end());
    ConditionSplit split;
    split.groups = order_labels(labels);
    std::vector<std::size_t> eligible;
    for (auto const c : perturbed_conditions(labels))
      (may_be_held_out(labels.conditions()[c], genes) ? eligible : split.train).push_back(c);
    double const total = static_cast<double>(eligible.size() + split.train.size() + 1);
    double const excess = static_cast<double>(eligible.size()) / total - held_out_;
    std::size_t const back = excess > 0 ? static_cast<std::size_t>(std::ceil(excess * total)) : 0;
    auto const order = RandomStream(static_cast<std::uint64_t>(seed), "pereggrn/interventional")
                           .permutation(eligible.size());
    for (std::size_t i = 0; i < order.size(); ++i)
      (i < back ? split.train : split.test).push_back(eligible[order[i]]);
    require_both_sides(split, false, "pereggrn", naming.dataset);
    return over_contexts(labels, split, std::to_string(seed));
  }

  /// Each condition keeps round((1 - held-out) n) of its n contexts, at least one.
  PerturbationSplit stratified(Labels const& labels, ScreenNaming const& naming,
                               std::int64_t seed) const {
    PerturbationSplit split;
    split.name = std::to_string(seed);
    split.train = control_rows(labels);
    split.groups.resize(labels.rows().size());
    for (auto const c : perturbed_conditions(labels)) {
      auto rows = labels.rows_of(c);
      std::sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
        return context_name(labels, a) < context_name(labels, b);
      });
      RandomStream random(static_cast<std::uint64_t>(seed),
                          fmt::format("pereggrn/stratified/{}", labels.conditions()[c].name));
      auto const order = random.permutation(rows.size());
      double const kept = std::max(1.0, (1 - held_out_) * static_cast<double>(rows.size()));
      auto const n_train = static_cast<std::size_t>(std::nearbyint(kept));
      for (std::size_t i = 0; i < order.size(); ++i)
        (i < n_train ? split.train : split.test).push_back(rows[order[i]]);
    }
    if (split.test.empty())
      throw NotServed(
          fmt::format("dataset '{}' has no perturbation in two contexts or more to stratify; set "
                      "context-column "
                      "(a replicate serves), or use type=interventional",
                      naming.dataset));
    std::sort(split.train.begin(), split.train.end());
    std::sort(split.test.begin(), split.test.end());
    for (auto const row : split.test) split.groups[row] = order_label(labels.condition_of(row));
    return split;
  }

  static std::string const& context_name(Labels const& labels, std::size_t row) {
    return labels.contexts()[labels.rows()[row].context];
  }

  Seeds seeds_{1};
  std::string type_ = "interventional";
  double held_out_ = 0.5;
  InputText eligible_;
};

Registered<Protocol> const registered{{
    .name = "pereggrn",
    .summary = "the splits of PEREGGRN: interventional, stratified, genetic interaction, "
               "demultiplexing",
    .source = "Kernfeld et al. 2023, bioRxiv 2023.07.28.551039; ekernf01/pereggrn",
    .traits = {},
    .make = [] { return std::make_unique<Pereggrn>(); },
}};

}  // namespace
}  // namespace pertscale
