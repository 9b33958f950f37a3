#include "protocol/gears_split.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/numpy_random.hpp"

namespace pertscale {

namespace {

constexpr GearsFractions inner_fractions{0.9, 0.9};

/// Python's `int(fraction * n)`: the double product, truncated.
std::size_t share(double fraction, std::size_t n) {
  return static_cast<std::size_t>(fraction * static_cast<double>(n));
}

/// One pass over conditions sorted by spelling; `train` keeps that order.
class GearsPass {
 public:
  GearsPass(Labels const& labels, std::vector<std::size_t> const& sorted,
            GearsFractions const& fractions, std::uint32_t seed)
      : labels_(labels) {
    draw_genes(targets_of(labels, sorted), fractions.genes, seed);
    hold_out_unseen(sorted);
    hold_out_of_all_seen(fractions.seen_combinations, seed);
    train = without(sorted, held_out);
  }

  /// Label of a condition that this pass holds out.
  std::string group(std::size_t condition) const {
    Condition const& c = labels_.conditions()[condition];
    return c.order() == 1 ? "unseen_single" : fmt::format("seen{}", seen_targets(c));
  }

  std::vector<std::size_t> train, held_out;

 private:
  void draw_genes(std::vector<std::string> const& genes, double fraction, std::uint32_t seed) {
    for (auto const i : NumpyRandom(seed).choice(genes.size(), share(fraction, genes.size())))
      training_genes_.insert(genes[i]);
  }

  void hold_out_unseen(std::vector<std::size_t> const& sorted) {
    for (auto const condition : sorted) {
      Condition const& c = labels_.conditions()[condition];
      if (seen_targets(c) < c.order())
        held_out.push_back(condition);
      else if (c.order() > 1)
        all_seen_.push_back(condition);
    }
  }

  void hold_out_of_all_seen(double train_fraction, std::uint32_t seed) {
    std::size_t const n = all_seen_.size();
    std::vector<std::size_t> drawn;
    for (auto const i : NumpyRandom(seed).choice(n, share(train_fraction, n)))
      drawn.push_back(all_seen_[i]);
    auto const rest = without(all_seen_, drawn);
    held_out.insert(held_out.end(), rest.begin(), rest.end());
  }

  std::size_t seen_targets(Condition const& c) const {
    return static_cast<std::size_t>(
        std::count_if(c.targets.begin(), c.targets.end(),
                      [&](std::string const& t) { return training_genes_.contains(t); }));
  }

  Labels const& labels_;
  std::set<std::string> training_genes_;
  std::vector<std::size_t> all_seen_;
};

}  // namespace

ConditionSplit gears_split(Labels const& labels, GearsFractions const& fractions,
                           std::uint32_t seed) {
  GearsPass const outer(labels, perturbed_conditions(labels), fractions, seed);
  GearsPass const inner(labels, outer.train, inner_fractions, seed);

  ConditionSplit split{inner.train, inner.held_out, outer.held_out, {}};
  split.groups.resize(labels.conditions().size());
  for (auto const c : split.test) split.groups[c] = outer.group(c);
  for (auto const c : split.validation) split.groups[c] = inner.group(c);
  return split;
}

}  // namespace pertscale
