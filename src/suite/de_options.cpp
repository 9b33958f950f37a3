#include "suite/de_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/error.hpp"

namespace pertscale {

void declare_de(OptionList& list, DeOptions& options) {
  list.add("method", options.method, "Welch's t-test, scanpy's t-test_overestim_var, or rank sums")
      .one_of({"t-test", "t-test-overestim", "wilcoxon"});
  list.add("reference", options.reference,
           "what a perturbation is compared with: control, or all other cells of the context")
      .one_of({"control", "rest"});
  list.add("stratify", options.stratify,
           "compare within batches only (van Elteren's test; wilcoxon)")
      .one_of({"none", "batch"});
  list.add("continuity", options.continuity, "continuity correction of 0.5 on U (wilcoxon)");
  list.add("fold-change", options.fold_change,
           "means that are compared: expm1 of the mean log value, or mean of expm1 of the values")
      .one_of({"geometric", "arithmetic"});
  list.add("epsilon", options.epsilon, "added to both means of a fold change").at_least(0);
  list.add("adjust", options.adjust,
           "Benjamini-Hochberg over the genes of each perturbation (padj); all: over all tests of "
           "all perturbations too (padj_all)")
      .one_of({"perturbation", "all"});
  list.add("min-control-cpm", options.min_control_cpm,
           "genes with no more counts per million than this in control are not adjusted for; "
           "default: no such gate")
      .at_least(0);
}

namespace {

void check_cells(DeOptions const& options, Dataset const& dataset, Mistakes& mistakes) {
  if (dataset.spec.rows != "pseudobulk") return;
  std::string what;
  if (options.wilcoxon())
    what = "--method wilcoxon";
  else if (options.fold_change == "arithmetic")
    what = "--fold-change arithmetic";
  else if (options.gated())
    what = "--min-control-cpm";
  if (!what.empty())
    mistakes.add(
        fmt::format("{} needs cells, and {} holds one row a condition (rows = pseudobulk); use "
                    "--method t-test with geometric fold changes",
                    what, dataset.spec.path));
}

void check_strata(DeOptions const& options, Dataset const& dataset, Mistakes& mistakes) {
  if (options.stratify != "batch") return;
  if (!options.wilcoxon()) {
    mistakes.add("--stratify batch is a form of the rank-sum test; add --method wilcoxon");
    return;
  }
  if (options.continuity)
    mistakes.add(
        "--continuity with --stratify batch: van Elteren's test has no continuity correction; "
        "leave one of them out");
  if (!dataset.batch.given()) {
    mistakes.add(fmt::format("--stratify batch: {} names no batch-column; add one to it",
                             dataset.spec.file));
    return;
  }
  std::int64_t missing = 0;
  for (std::size_t cell = 0; cell < dataset.row_of_cell.size(); ++cell)
    if (dataset.row_of_cell[cell] >= 0 && dataset.batch.code_of_cell[cell] < 0) ++missing;
  if (missing > 0)
    mistakes.add(
        fmt::format("--stratify batch: {} kept cells of {} have no value in the batch-column; "
                    "leave them out by a line where = COLUMN!=nan",
                    missing, dataset.spec.path));
}

/// Matched profiles are moved by their controls' batches, and no test's variance knows of that.
void check_matching(DeOptions const& options, Dataset const& dataset, Mistakes& mistakes) {
  if (dataset.spec.matches_batches() && options.stratify != "batch")
    mistakes.add(
        fmt::format("{}: with control-matching = batch cells are compared within batches, which is "
                    "--method wilcoxon --stratify batch; or set control-matching = pooled",
                    dataset.spec.file));
}

void check_labels(DeOptions const& options, Dataset const& dataset, Mistakes& mistakes) {
  auto const& labels = dataset.labels;
  std::set<std::size_t> with_control;
  std::size_t tested = 0;
  for (std::size_t row = 0; row < labels.rows().size(); ++row) {
    if (labels.condition_of(row).is_control())
      with_control.insert(labels.rows()[row].context);
    else
      ++tested;
  }
  if (tested == 0)
    mistakes.add(fmt::format("{}: no perturbed cell is kept, so there is nothing to test",
                             dataset.spec.path));
  bool const needed = options.test_reference() == TestReference::control || options.gated();
  for (std::size_t context = 0; needed && context < labels.contexts().size(); ++context)
    if (!with_control.contains(context))
      mistakes.add(fmt::format(
          "{}: no control cell is kept{}; name the control condition by control =",
          dataset.spec.path,
          labels.contexts()[context].empty() ? "" : " in context " + labels.contexts()[context]));
}

}  // namespace

void check_de(DeOptions const& options, Dataset const& dataset) {
  Mistakes mistakes;
  if (dataset.spec.values == "latent") {
    mistakes.add(
        fmt::format("{}: values = latent are coordinates, not genes; differential expression "
                    "needs expression of genes",
                    dataset.spec.file));
    mistakes.raise();
  }
  if (options.continuity && !options.wilcoxon())
    mistakes.add("--continuity is an option of --method wilcoxon; leave it out");
  check_cells(options, dataset, mistakes);
  check_strata(options, dataset, mistakes);
  check_matching(options, dataset, mistakes);
  check_labels(options, dataset, mistakes);
  mistakes.raise();
}

}  // namespace pertscale
