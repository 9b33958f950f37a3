#include "protocol/perturbench_splits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/cpython_random.hpp"
#include "core/numpy_random.hpp"
#include "protocol/split_builder.hpp"
#include "protocol/stratified_halves.hpp"

namespace pertscale {

TakenRows all_rows(Labels const& labels) { return TakenRows(labels.rows().size(), true); }

namespace {

/// Contexts sort as the program's text of them does: "frozenset({'A'})".
std::string stratum(std::string const& context) { return context + "'"; }

/// The split in which `held_out` rows are halved within contexts, and what else is taken is trained
/// on. Contexts with one held-out row give it up.
PerturbationSplit assigned(Labels const& labels, ScreenNaming const& naming, TakenRows const& taken,
                           std::vector<std::size_t> held_out, PerturbenchShares const& shares,
                           std::uint32_t seed) {
  std::set<std::size_t> const not_trained(held_out.begin(), held_out.end());
  std::map<std::size_t, int> in_context;
  for (auto const row : held_out) ++in_context[labels.rows()[row].context];
  std::erase_if(held_out,
                [&](std::size_t row) { return in_context[labels.rows()[row].context] < 2; });
  if (held_out.empty())
    throw UserError(
        fmt::format("dataset '{}' is too small: no context has two conditions to hold out; raise "
                    "held-out-fraction, or use another protocol",
                    naming.dataset));
  std::vector<std::string> strata;
  for (auto const row : held_out)
    strata.push_back(stratum(labels.contexts()[labels.rows()[row].context]));
  auto const halves = stratified_halves(strata, shares.test, seed);

  PerturbationSplit split;
  split.name = std::to_string(seed);
  split.groups.resize(labels.rows().size());
  for (std::size_t row = 0; row < labels.rows().size(); ++row)
    if (taken[row] && !not_trained.contains(row)) split.train.push_back(row);
  for (auto const i : halves.first) split.validation.push_back(held_out[i]);
  for (auto const i : halves.second) split.test.push_back(held_out[i]);
  std::sort(split.validation.begin(), split.validation.end());
  std::sort(split.test.begin(), split.test.end());
  for (auto const row : held_out) split.groups[row] = order_label(labels.condition_of(row));
  return split;
}

/// Contexts in the order of their names, whatever their numbers.
std::vector<std::size_t> sorted_contexts(Labels const& labels) {
  std::vector<std::size_t> out;
  for (std::size_t c = 0; c < labels.contexts().size(); ++c) out.push_back(c);
  std::sort(out.begin(), out.end(), [&](std::size_t a, std::size_t b) {
    return labels.contexts()[a] < labels.contexts()[b];
  });
  return out;
}

/// Taken rows of a condition by name of the context.
std::vector<std::size_t> rows_by_context(Labels const& labels, std::size_t condition,
                                         TakenRows const& taken) {
  std::vector<std::size_t> out;
  for (auto const context : sorted_contexts(labels))
    if (auto const row = labels.row(condition, context); row && taken[*row]) out.push_back(*row);
  return out;
}

/// Perturbed conditions of a context, by name.
std::vector<std::size_t> rows_of_context(Labels const& labels, std::size_t context) {
  std::vector<std::size_t> out;
  for (auto const condition : perturbed_conditions(labels))
    if (auto const row = labels.row(condition, context)) out.push_back(*row);
  return out;
}

std::size_t share_of(PerturbenchShares const& shares, std::size_t n) {
  auto const wanted = static_cast<std::size_t>(shares.held_out * static_cast<double>(n));
  return std::min(wanted, static_cast<std::size_t>(shares.most));
}

/// What the transfer split holds out, in the order drawn.
class TransferDraw {
 public:
  TransferDraw(Labels const& labels, TakenRows const& taken, TransferOptions const& options)
      : labels_(labels), taken_(taken), options_(options) {
    std::map<std::size_t, std::size_t> conditions;
    for (std::size_t row = 0; row < labels.rows().size(); ++row)
      if (taken[row]) ++conditions[labels.rows()[row].context];
    for (auto const& [context, n] : conditions)
      room_[context] = std::min(options.shares.held_out * static_cast<double>(n),
                                static_cast<double>(options.shares.most));
  }

  std::vector<std::size_t> draw(std::uint32_t seed) {
    std::vector<std::vector<std::size_t>> rows;
    for (auto const condition : perturbed_conditions(labels_))
      if (auto own = rows_by_context(labels_, condition, taken_); !own.empty())
        rows.push_back(std::move(own));
    std::stable_sort(rows.begin(), rows.end(),
                     [](auto const& a, auto const& b) { return a.size() > b.size(); });
    NumpyRandom seeds(seed);
    std::vector<std::size_t> held_out;
    for (auto const& own : rows)
      for (auto const row : sampled(own, seeds.randint(0, 100000))) held_out.push_back(row);
    return held_out;
  }

 private:
  std::vector<std::size_t> sampled(std::vector<std::size_t> const& rows, std::int64_t seed) {
    if (static_cast<std::int64_t>(rows.size()) <= options_.min_train_contexts) return {};
    std::vector<std::size_t> pool, out;
    for (auto const row : rows)
      if (held_out_[context_of(row)] < room_[context_of(row)]) pool.push_back(row);
    if (pool.empty()) return {};
    CpythonRandom random(seed);
    auto const most = static_cast<std::int64_t>(pool.size()) -
                      static_cast<std::int64_t>(room_.size()) + options_.max_held_out_contexts;
    auto const count = random.randint(1, std::max<std::int64_t>(most, 1));
    for (auto const i : random.sample(pool.size(), static_cast<std::size_t>(count))) {
      out.push_back(pool[i]);
      held_out_[context_of(pool[i])] += 1;
    }
    return out;
  }

  std::size_t context_of(std::size_t row) const { return labels_.rows()[row].context; }

  Labels const& labels_;
  TakenRows const& taken_;
  TransferOptions const& options_;
  std::map<std::size_t, double> room_, held_out_;
};

}  // namespace

PerturbationSplit perturbench_transfer(Labels const& labels, ScreenNaming const& naming,
                                       TakenRows const& taken, TransferOptions const& options,
                                       std::uint32_t seed) {
  auto const held_out = TransferDraw(labels, taken, options).draw(seed);
  return assigned(labels, naming, taken, held_out, options.shares, seed);
}

PerturbationSplit perturbench_combine(Labels const& labels, ScreenNaming const& naming,
                                      PerturbenchShares const& shares, std::uint32_t seed) {
  std::vector<std::size_t> held_out;
  for (auto const context : sorted_contexts(labels)) {
    std::vector<std::size_t> combinations;
    for (auto const row : rows_of_context(labels, context))
      if (labels.condition_of(row).order() > 1) combinations.push_back(row);
    CpythonRandom random(seed);
    for (auto const i : random.sample(combinations.size(), share_of(shares, combinations.size())))
      held_out.push_back(combinations[i]);
  }
  return assigned(labels, naming, all_rows(labels), held_out, shares, seed);
}

namespace {

/// Targets that stand in a combination with `gene`, itself among them.
std::set<std::string> companions(Labels const& labels, std::vector<std::size_t> const& rows,
                                 std::string const& gene) {
  std::set<std::string> out;
  for (auto const row : rows) {
    auto const& condition = labels.condition_of(row);
    bool const holds = std::find(condition.targets.begin(), condition.targets.end(), gene) !=
                       condition.targets.end();
    if (condition.order() > 1 && holds)
      out.insert(condition.targets.begin(), condition.targets.end());
  }
  return out;
}

}  // namespace

PerturbationSplit perturbench_inverse(Labels const& labels, ScreenNaming const& naming,
                                      PerturbenchShares const& shares, std::uint32_t seed) {
  std::vector<std::size_t> held_out;
  for (auto const context : sorted_contexts(labels)) {
    auto const rows = rows_of_context(labels, context);
    std::vector<std::size_t> singles, pool;
    for (auto const row : rows)
      if (labels.condition_of(row).order() == 1) singles.push_back(row);
    CpythonRandom random(seed);
    for (auto const i : random.sample(singles.size(), singles.size())) pool.push_back(singles[i]);
    std::size_t const wanted = share_of(shares, singles.size() + 1);
    for (std::size_t count = 0; count < wanted && !pool.empty(); ++count) {
      std::size_t const row = pool.back();
      pool.pop_back();
      held_out.push_back(row);
      auto const passed = companions(labels, rows, labels.condition_of(row).targets.front());
      std::erase_if(pool, [&](std::size_t other) {
        return passed.contains(labels.condition_of(other).targets.front());
      });
    }
  }
  return assigned(labels, naming, all_rows(labels), held_out, shares, seed);
}

}  // namespace pertscale
