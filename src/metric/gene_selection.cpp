#include "metric/gene_selection.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/text.hpp"
#include "statistics/welch.hpp"

namespace pertscale {

namespace {

constexpr std::string_view file_prefix = "file:";

struct TopGenes {
  std::string ranking;  ///< "top-expressed", "top-delta", "top-de" or "top-scores"
  std::size_t count = 0;
};

constexpr std::string_view degs_prefix = "degs:";
constexpr std::size_t fewest_degs = 3;  ///< CellSimBench: more than two

/// ALPHA of `degs:ALPHA`; 0 where the text is not of that form.
double parse_degs(std::string const& text) {
  if (!text.starts_with(degs_prefix)) return 0;
  return parse_double(text.substr(degs_prefix.size())).value_or(0);
}

/// `top-expressed:1000` and the like; count 0 where the text is not of that form.
TopGenes parse_top(std::string const& text) {
  std::size_t const colon = text.find(':');
  if (colon == std::string::npos) return {};
  auto const count = parse_integer(text.substr(colon + 1));
  return {text.substr(0, colon), count && *count > 0 ? static_cast<std::size_t>(*count) : 0};
}

/// Does every condition have a ranking of its own?
bool ranks_by_item(std::string const& ranking) {
  return ranking == "top-delta" || ranking == "top-de" || ranking == "top-scores";
}

std::string check_genes(std::string const& text) {
  if (text == "all" || text.starts_with(file_prefix)) return {};
  if (double const alpha = parse_degs(text); alpha > 0 && alpha <= 1) return {};
  auto const top = parse_top(text);
  bool const known = top.ranking == "top-expressed" || ranks_by_item(top.ranking);
  if (known && top.count > 0) return {};
  return "takes all, top-expressed:N, top-delta:N, top-de:N or top-scores:N with N of at least 1, "
         "degs:ALPHA with ALPHA in (0, 1], or file:F";
}

std::string check_shared(std::string const& text) {
  auto const top = parse_top(text);
  if (text == "all" || text.starts_with(file_prefix)) return {};
  if (top.ranking == "top-expressed" && top.count > 0) return {};
  return "takes all, top-expressed:N with N of at least 1, or file:F";
}

/// Orders genes by falling key, ties by file order.
template <class Key>
auto falling(Key key) {
  return [key](std::size_t a, std::size_t b) {
    double const of_a = key(a), of_b = key(b);
    return of_a != of_b ? of_a > of_b : a < b;
  };
}

/// The genes named in a list, ascending, each once; a name takes the first gene so called.
std::vector<std::size_t> listed(GeneTable const& table, std::string const& text) {
  std::vector<std::size_t> genes;
  for (auto const& name : parse_list(text))
    if (auto const gene = table.find(name)) genes.push_back(*gene);
  std::sort(genes.begin(), genes.end());
  genes.erase(std::unique(genes.begin(), genes.end()), genes.end());
  return genes;
}

bool is_target(Condition const& condition, std::string const& gene) {
  return std::binary_search(condition.targets.begin(), condition.targets.end(), gene);
}

}  // namespace

void GeneSelection::declare(OptionList& options) {
  options
      .add("genes", genes_,
           "genes the score looks at: all; top-expressed:N, the N highest in control; top-delta:N, "
           "the N of largest observed change; top-de:N, the N of largest |t| against control "
           "(Welch), top-scores:N with overestimated variance; all genes where there are fewer "
           "than N; degs:ALPHA, those whose adjusted p of "
           "the t-test with overestimated variance against the other perturbations is below ALPHA; "
           "file:F, the genes named in F, one a line (names the screen lacks are ignored)")
      .checked(check_genes)
      .file_after(std::string(file_prefix), file_)
      .type = "all|top-expressed:N|top-delta:N|top-de:N|top-scores:N|degs:ALPHA|file:F";
  options.add("exclude-target", exclude_target_,
              "leave out the perturbed genes themselves (before N are counted)");
  options.add("non-dropout", non_dropout_,
              "leave out genes that no perturbed cell expresses though control does (before N are "
              "counted), as GEARS does");
}

void GeneSelection::declare_shared(OptionList& options) {
  options
      .add("genes", genes_,
           "genes that distances look at: all; top-expressed:N, the N highest in control; file:F, "
           "the genes named in F, one a line (names the screen lacks are ignored)")
      .checked(check_shared)
      .file_after(std::string(file_prefix), file_)
      .type = "all|top-expressed:N|file:F";
}

GeneSelection::Candidates GeneSelection::shared(ScoreContext const& context, bool unique) const {
  auto out = candidates(context, context.control.size());
  auto const top = parse_top(genes_);
  if (!file_.given() && top.count > 0 && top.count < out.genes.size()) out.genes.resize(top.count);
  std::sort(out.genes.begin(), out.genes.end());
  if (unique && context.values == ValueKind::expression) {
    auto const several = context.genes->duplicates();
    std::erase_if(out.genes, [&](std::size_t g) {
      return std::find(several.begin(), several.end(), context.genes->name(g)) != several.end();
    });
  }
  if (out.status.ok() && out.genes.empty()) out.status = Status("too_few_genes");
  return out;
}

std::vector<DeRequest> GeneSelection::tests() const {
  if (parse_top(genes_).ranking == "top-scores")
    return {{.method = DeMethod::t_test_overestim, .reference = TestReference::control}};
  if (parse_degs(genes_) == 0) return {};
  return {{.method = DeMethod::t_test_overestim,
           .reference = TestReference::rest,
           .rest_with_control = false}};
}

GeneSelection::Candidates GeneSelection::candidates(ScoreContext const& context,
                                                    std::size_t genes) const {
  if (context.values == ValueKind::latent && (genes_ != "all" || exclude_target_ || non_dropout_))
    return {Status("not_applicable"), {}};
  if (file_.given()) return {{}, listed(*context.genes, file_.text)};
  std::vector<std::size_t> all(genes);
  std::iota(all.begin(), all.end(), std::size_t{0});
  if (parse_top(genes_).ranking == "top-expressed")
    std::sort(all.begin(), all.end(), falling([&](std::size_t g) { return context.control[g]; }));
  return {{}, std::move(all)};
}

bool GeneSelection::takes(ScoreContext const& context, ScoreItem const& item,
                          std::size_t gene) const {
  if (exclude_target_ && is_target(*item.condition, context.genes->name(gene))) return false;
  if (!non_dropout_ || context.control[gene] == 0) return true;
  // a profile that is compared with matched controls is shifted, so its zeros are no zeros
  auto const& measured = item.observed_nonzero.empty() ? item.observed : item.observed_nonzero;
  return measured[gene] != 0;
}

namespace {

/// Leaves the `most` genes of the largest key, ties to the first genes.
template <class Key>
void keep_largest(std::size_t most, Key key, std::vector<std::size_t>& genes) {
  if (most >= genes.size()) return;
  auto const end = genes.begin() + static_cast<std::ptrdiff_t>(most);
  std::nth_element(genes.begin(), end, genes.end(), falling(key));
  genes.resize(most);
}

/// Leaves the `most` genes of the largest |t|.
Status keep_significant(std::size_t most, ScoreContext const& context, ScoreItem const& item,
                        std::vector<std::size_t>& genes) {
  if (context.control_variance.empty() || item.observed_variance.empty())
    return Status("needs_cells");
  if (context.control_cells < 2 || item.observed_cells < 2) return Status("too_few_cells");
  std::vector<double> size(item.observed.size(), 0);
  for (auto const g : genes)
    size[g] = std::fabs(
        welch_score({item.observed[g], item.observed_variance[g], item.observed_cells},
                    {context.control[g], context.control_variance[g], context.control_cells}));
  keep_largest(
      most, [&](std::size_t g) { return size[g]; }, genes);
  return {};
}

/// Leaves the `most` genes of the largest |score| of a test; one that is infinite counts as 0.
Status keep_scored(std::size_t most, DeRequest const& request, ScoreContext const& context,
                   ScoreItem const& item, std::vector<std::size_t>& genes) {
  if (context.supply == nullptr) return Status("needs_cells");
  auto const tests = context.supply->de(Side::measured, item.place, request);
  if (!tests.status.ok()) return tests.status;
  auto const size = [&](std::size_t g) {
    double const score = std::fabs(tests.score[g]);
    return std::isfinite(score) ? score : 0;
  };
  keep_largest(most, size, genes);
  return {};
}

/// Leaves the genes whose adjusted p is below `alpha`; one without a test is not below.
Status keep_degs(double alpha, DeRequest const& request, ScoreContext const& context,
                 ScoreItem const& item, std::vector<std::size_t>& genes) {
  if (context.supply == nullptr) return Status("needs_cells");
  auto const tests = context.supply->de(Side::measured, item.place, request);
  if (!tests.status.ok()) return tests.status;
  std::erase_if(genes, [&](std::size_t g) { return !(tests.padj[g] < alpha); });
  return genes.size() < fewest_degs ? Status("too_few_genes") : Status();
}

}  // namespace

Status GeneSelection::select(ScoreContext const& context, Candidates const& candidates,
                             ScoreItem const& item, std::vector<std::size_t>& genes) const {
  if (!candidates.status.ok()) return candidates.status;
  auto const top = parse_top(genes_);
  std::size_t const most = file_.given() || top.count == 0 ? item.observed.size() : top.count;
  bool const by_item = !file_.given() && ranks_by_item(top.ranking);
  genes.clear();
  for (auto const gene : candidates.genes) {
    if (!by_item && genes.size() == most) break;
    if (takes(context, item, gene)) genes.push_back(gene);
  }
  if (by_item && top.ranking == "top-delta") {
    auto const change = [&](std::size_t g) {
      return std::fabs(item.observed[g] - context.control[g]);
    };
    keep_largest(most, change, genes);
  } else if (by_item) {
    auto status = top.ranking == "top-de"
                      ? keep_significant(most, context, item, genes)
                      : keep_scored(most, tests().front(), context, item, genes);
    if (!status.ok()) return status;
  }
  if (double const alpha = parse_degs(genes_); alpha > 0)
    if (auto status = keep_degs(alpha, tests().front(), context, item, genes); !status.ok())
      return status;
  std::sort(genes.begin(), genes.end());
  return genes.empty() ? Status("too_few_genes") : Status();
}

}  // namespace pertscale
