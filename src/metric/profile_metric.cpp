#include "metric/profile_metric.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/text.hpp"

namespace pertscale {

namespace {

struct TopGenes {
  std::string ranking;  ///< "top-expressed" or "top-delta"
  std::size_t count = 0;
};

/// `top-expressed:1000` and the like; count 0 where the text is not of that form.
TopGenes parse_top(std::string const& text) {
  std::size_t const colon = text.find(':');
  if (colon == std::string::npos) return {};
  auto const count = parse_integer(text.substr(colon + 1));
  return {text.substr(0, colon), count && *count > 0 ? static_cast<std::size_t>(*count) : 0};
}

std::string check_genes(std::string const& text) {
  if (text == "all") return {};
  auto const top = parse_top(text);
  if ((top.ranking == "top-expressed" || top.ranking == "top-delta") && top.count > 0) return {};
  return "takes all, top-expressed:N or top-delta:N with N of at least 1";
}

/// Keeps the `count` genes of largest key, ties by file order; result in file order.
template <class Key>
void keep_largest(std::vector<std::size_t>& genes, std::size_t count, Key key) {
  if (count >= genes.size()) return;
  std::stable_sort(genes.begin(), genes.end(),
                   [&](std::size_t a, std::size_t b) { return key(a) > key(b); });
  genes.resize(count);
  std::sort(genes.begin(), genes.end());
}

bool is_target(Condition const& condition, std::string const& gene) {
  return std::binary_search(condition.targets.begin(), condition.targets.end(), gene);
}

}  // namespace

void GeneSelection::declare(OptionList& options) {
  options
      .add("genes", genes_,
           "genes the score looks at: all; top-expressed:N, the N highest in control; top-delta:N, "
           "the N of largest observed change; all genes where there are fewer than N")
      .checked(check_genes)
      .type = "all|top-expressed:N|top-delta:N";
  options.add("exclude-target", exclude_target_,
              "leave out the perturbed genes themselves (before N are counted)");
}

Status GeneSelection::select(ScoreContext const& context, ScoreItem const& item,
                             std::vector<std::size_t>& genes) const {
  bool const latent = context.values == ValueKind::latent;
  if (latent && (genes_ != "all" || exclude_target_)) return Status("not_applicable");

  genes.resize(item.observed.size());
  std::iota(genes.begin(), genes.end(), std::size_t{0});
  if (exclude_target_)
    std::erase_if(
        genes, [&](std::size_t g) { return is_target(*item.condition, context.genes->name(g)); });
  auto const top = parse_top(genes_);
  if (top.ranking == "top-expressed")
    keep_largest(genes, top.count, [&](std::size_t g) { return context.control[g]; });
  if (top.ranking == "top-delta")
    keep_largest(genes, top.count,
                 [&](std::size_t g) { return std::fabs(item.observed[g] - context.control[g]); });
  return genes.empty() ? Status("too_few_genes") : Status();
}

void ProfileMetric::declare(OptionList& options) {
  selection_.declare(options);
  if (uses_reference())
    options
        .add(
            "reference", reference_,
            "what changes are counted from: the control profile of the context, or the mean of the "
            "training conditions' profiles, each weighted alike")
        .one_of({"control", "perturbed-mean"});
}

std::vector<Score> ProfileMetric::score(ScoreContext const& context,
                                        std::vector<ScoreItem> const& items) const {
  std::vector<Score> scores;
  std::vector<std::size_t> genes;
  std::vector<double> observed, predicted;
  Profile const reference = reference_ == "control" ? context.control : context.perturbed_mean;
  for (auto const& item : items) {
    Status status = selection_.select(context, item, genes);
    if (status.ok() && uses_reference() && reference.empty()) status = Status("no_reference");
    if (!status.ok()) {
      scores.push_back({0, status});
      continue;
    }
    observed.resize(genes.size());
    predicted.resize(genes.size());
    for (std::size_t i = 0; i < genes.size(); ++i) {
      double const base = uses_reference() ? reference[genes[i]] : 0;
      observed[i] = item.observed[genes[i]] - base;
      predicted[i] = item.predicted[genes[i]] - base;
    }
    scores.push_back(value(observed, predicted));
  }
  return scores;
}

}  // namespace pertscale
