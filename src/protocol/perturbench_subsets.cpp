#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/cpython_random.hpp"
#include "core/numpy_random.hpp"
#include "protocol/perturbench_protocol.hpp"
#include "protocol/split_builder.hpp"

namespace pertscale {
namespace {

/// Conditions of some numbers, with control: the rows that take part.
TakenRows rows_of(Labels const& labels, std::vector<std::size_t> const& conditions) {
  std::set<std::size_t> const wanted(conditions.begin(), conditions.end());
  TakenRows taken;
  for (auto const& row : labels.rows())
    taken.push_back(wanted.contains(row.condition) ||
                    labels.conditions()[row.condition].is_control());
  return taken;
}

/// The same held-out rows, and ever more conditions to train on: a quarter, half, all.
class DataScaling final : public TransferProtocol {
 public:
  void declare(OptionList& options) override {
    declare_transfer(options);
    options.add("subset-seed", subset_seed_, "seed of the draw of nested subsets of conditions");
  }

  std::vector<PerturbationSplit> splits(Labels const& labels,
                                        ScreenNaming const& naming) const override {
    require_contexts(labels, naming);
    auto const all = perturbed_conditions(labels);
    CpythonRandom random(subset_seed_);
    auto const medium = half_of(all, random);
    auto const small = half_of(medium, random);
    std::vector<PerturbationSplit> out;
    for (auto const seed : seeds_) {
      auto const base = perturbench_transfer(labels, naming, rows_of(labels, small), transfer_,
                                             static_cast<std::uint32_t>(seed));
      for (auto const& [name, conditions] :
           {std::pair{"small", &small}, {"medium", &medium}, {"full", &all}})
        out.push_back(
            widened(labels, base, rows_of(labels, *conditions), fmt::format("{}.{}", seed, name)));
    }
    return out;
  }

 private:
  static std::vector<std::size_t> half_of(std::vector<std::size_t> const& from,
                                          CpythonRandom& random) {
    std::vector<std::size_t> out;
    for (auto const i : random.sample(from.size(), from.size() / 2)) out.push_back(from[i]);
    return out;
  }

  /// `base` with the other taken rows trained on. What base gave up because it was alone in its
  /// context is trained on in the larger sizes, as in that program.
  static PerturbationSplit widened(Labels const& labels, PerturbationSplit const& base,
                                   TakenRows const& taken, std::string name) {
    PerturbationSplit out = base;
    out.name = std::move(name);
    bool const small = out.name.ends_with(".small");
    auto const held_out = base.scored(true);
    if (small) return out;
    out.train.clear();
    for (std::size_t row = 0; row < labels.rows().size(); ++row)
      if (taken[row] && !std::binary_search(held_out.begin(), held_out.end(), row))
        out.train.push_back(row);
    return out;
  }

  std::int64_t subset_seed_ = 84;
};

/// Normalised entropy of shares: 1 where every context has as many conditions.
double evenness(std::vector<std::int64_t> const& counts) {
  double total = 0, sum = 0;
  for (auto const n : counts) total += static_cast<double>(n);
  for (auto const n : counts) {
    double const p = static_cast<double>(n) / total;
    sum -= p * std::log(p);
  }
  return sum / std::log(static_cast<double>(counts.size()));
}

/// Contexts of unequal size: the first keeps all conditions, the others so many that the evenness
/// is as wanted; then the transfer split.
class Imbalance final : public TransferProtocol {
 public:
  void declare(OptionList& options) override {
    declare_transfer(options);
    options
        .add("evenness", evenness_,
             "wanted evenness of the contexts' numbers of conditions, -sum p ln p / ln contexts, "
             "within 0.01; 1: all are kept")
        .greater_than(0)
        .at_most(1);
    options.add("fewest", fewest_, "fewest conditions that a context keeps").at_least(2);
    options.add("subset-seed", subset_seed_, "seed of the numbers and of the draw of conditions")
        .at_least(0);
  }

  std::vector<PerturbationSplit> splits(Labels const& labels,
                                        ScreenNaming const& naming) const override {
    require_contexts(labels, naming);
    auto const taken = evenness_ == 1 ? all_rows(labels) : thinned(labels, naming);
    return each_seed([&](std::uint32_t seed) {
      return perturbench_transfer(labels, naming, taken, transfer_, seed);
    });
  }

 private:
  using Rows = std::vector<std::vector<std::size_t>>;

  /// Perturbed rows of each context by name, contexts by name.
  static Rows rows_by_context(Labels const& labels) {
    std::vector<std::pair<std::string, std::vector<std::size_t>>> named;
    for (std::size_t c = 0; c < labels.contexts().size(); ++c) {
      named.push_back({labels.contexts()[c], {}});
      for (auto const condition : perturbed_conditions(labels))
        if (auto const row = labels.row(condition, c)) named.back().second.push_back(*row);
    }
    std::sort(named.begin(), named.end());
    Rows out;
    for (auto& one : named) out.push_back(std::move(one.second));
    return out;
  }

  std::vector<std::int64_t> numbers(Rows const& rows, ScreenNaming const& naming) const {
    auto const whole = static_cast<std::int64_t>(rows.front().size());
    if (whole < fewest_)
      throw UserError(fmt::format(
          "imbalance fewest={} exceeds the {} conditions of the first context of dataset '{}'; set "
          "fewest to at most {}",
          fewest_, whole, naming.dataset, whole));
    NumpyRandom random(static_cast<std::uint32_t>(subset_seed_));
    for (int attempt = 0; attempt < 10000; ++attempt) {
      std::vector<std::int64_t> counts{whole};
      while (counts.size() < rows.size()) counts.push_back(random.randint(fewest_, whole + 1));
      if (std::fabs(evenness(counts) - evenness_) < 0.01) return counts;
    }
    throw UserError(fmt::format(
        "imbalance evenness={} is out of reach for dataset '{}': with {} to {} conditions in {} "
        "contexts no draw of 10,000 comes within 0.01; raise evenness, or lower fewest",
        evenness_, naming.dataset, fewest_, whole, rows.size()));
  }

  TakenRows thinned(Labels const& labels, ScreenNaming const& naming) const {
    auto const rows = rows_by_context(labels);
    auto const counts = numbers(rows, naming);
    auto taken = rows_of(labels, {});
    NumpyRandom random(static_cast<std::uint32_t>(subset_seed_));
    for (std::size_t c = 0; c < rows.size(); ++c) {
      auto const order = random.permutation(rows[c].size());
      auto const kept = std::min(order.size(), static_cast<std::size_t>(counts[c]));
      for (std::size_t i = 0; i < kept; ++i) taken[rows[c][order[i]]] = true;
    }
    return taken;
  }

  double evenness_ = 1;
  std::int64_t fewest_ = 30;
  std::int64_t subset_seed_ = 42;
};

Registered<Protocol> const scaling{perturbench_part<DataScaling>(
    "data-scaling",
    "context-transfer with the same held-out rows and a quarter, half and all of the conditions to "
    "train on",
    true)};
Registered<Protocol> const imbalance{perturbench_part<Imbalance>(
    "imbalance", "context-transfer where contexts keep unequal numbers of conditions", true)};

}  // namespace
}  // namespace pertscale
