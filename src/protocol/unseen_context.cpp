#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/error.hpp"
#include "core/random.hpp"
#include "core/text.hpp"
#include "protocol/split_builder.hpp"

namespace pertscale {
namespace {

/// Leave one context out: everything of the other contexts, control of every context and `shots`
/// perturbations of the target context are trained on; its other perturbations are test. The shots
/// are the first of a counter-based permutation, so fewer shots are a part of more shots. Without
/// shots, seeds differ only in the random numbers of the models.
class UnseenContext final : public Protocol {
 public:
  void declare(OptionList& options) override {
    options.add("shots", shots_, "perturbations of the held-out context that are trained on")
        .at_least(0);
    options.add("seeds", seeds_, "seeds of the draw of shots, a split a context each");
    options.add("contexts", contexts_, "contexts held out in turn (none named: every one)");
  }

  std::vector<PerturbationSplit> splits(Labels const& labels,
                                        ScreenNaming const& naming) const override {
    auto const targets = target_contexts(labels, naming.dataset);
    std::vector<PerturbationSplit> out;
    for (auto const seed : seeds_)
      for (auto const context : targets) out.push_back(hold_out(labels, naming, context, seed));
    return out;
  }

 private:
  /// Sorted by name, whatever the order they were named in.
  std::vector<std::size_t> target_contexts(Labels const& labels, std::string const& dataset) const {
    auto known = labels.contexts();
    std::sort(known.begin(), known.end());
    if (known.size() < 2)
      throw NotServed(fmt::format(
          "dataset '{}' has only one context{}; unseen-context needs two or more, so set "
          "context-column, or use another protocol",
          dataset, known.empty() ? "" : fmt::format(" ('{}')", known.front())));
    Mistakes mistakes;
    for (auto const& name : contexts_)
      if (!std::binary_search(known.begin(), known.end(), name))
        mistakes.add(fmt::format("unseen-context: dataset '{}' has no context '{}'.{}", dataset,
                                 name, suggestion(name, known)));
    mistakes.raise();

    std::vector<std::size_t> out;
    for (auto const& name : known)
      if (contexts_.empty() || std::count(contexts_.begin(), contexts_.end(), name) > 0)
        out.push_back(static_cast<std::size_t>(
            std::find(labels.contexts().begin(), labels.contexts().end(), name) -
            labels.contexts().begin()));
    return out;
  }

  /// The perturbed rows of a context that are not among the shots.
  std::vector<std::size_t> test_rows(Labels const& labels, ScreenNaming const& naming,
                                     std::size_t context, std::int64_t seed) const {
    std::string const& name = labels.contexts()[context];
    std::vector<std::size_t> measured;
    for (auto const c : perturbed_conditions(labels))
      if (auto const row = labels.row(c, context)) measured.push_back(*row);
    if (measured.empty())
      throw UserError(
          fmt::format("context '{}' of dataset '{}' has no perturbation to hold out; "
                      "name others in contexts=",
                      name, naming.dataset));
    auto const shots = static_cast<std::size_t>(shots_);
    if (shots >= measured.size())
      throw UserError(
          fmt::format("unseen-context shots={} leaves none of the {} perturbations of "
                      "context '{}' in dataset '{}' to test; set shots to at most {}",
                      shots, measured.size(), name, naming.dataset, measured.size() - 1));

    RandomStream random(static_cast<std::uint64_t>(seed), "unseen-context/" + name);
    auto const order = random.permutation(measured.size());
    std::vector<std::size_t> rows;
    for (std::size_t i = shots; i < order.size(); ++i) rows.push_back(measured[order[i]]);
    std::sort(rows.begin(), rows.end());
    return rows;
  }

  PerturbationSplit hold_out(Labels const& labels, ScreenNaming const& naming, std::size_t context,
                             std::int64_t seed) const {
    PerturbationSplit split;
    split.name = fmt::format("{}.{}", seed, labels.contexts()[context]);
    split.test = test_rows(labels, naming, context, seed);
    std::vector<std::size_t> every(labels.rows().size());
    std::iota(every.begin(), every.end(), std::size_t{0});
    split.train = without(every, split.test);
    split.groups.resize(every.size());
    for (auto const row : split.test) split.groups[row] = order_label(labels.condition_of(row));
    if (std::all_of(split.train.begin(), split.train.end(),
                    [&](std::size_t row) { return labels.condition_of(row).is_control(); }))
      throw UserError(
          fmt::format("without context '{}' dataset '{}' has no perturbation to train "
                      "on; set shots, or hold out another context",
                      labels.contexts()[context], naming.dataset));
    return split;
  }

  int shots_ = 0;
  Seeds seeds_{1};
  std::vector<std::string> contexts_;
};

Registered<Protocol> const registered{{
    .name = "unseen-context",
    .summary = "the perturbations of one context are held out, save a number of shots",
    .source =
        "covariate transfer: PerturBench, Wu et al. 2024; with shots: Virtual Cell Challenge, "
        "Roohani et al. 2025",
    .traits = {.pools_contexts = true},
    .make = [] { return std::make_unique<UnseenContext>(); },
}};

}  // namespace
}  // namespace pertscale
