#include "metric/cell_eval_names.hpp"

#include "core/text.hpp"

namespace pertscale {

namespace {

// column | metric without `compat=` | profiles of the peer beside `full`
constexpr std::string_view columns_of_cell_eval = R"(
overlap_at_N | de-overlap | minimal vcc de
overlap_at_50 | de-overlap k=50 | de
overlap_at_100 | de-overlap k=100 | de
overlap_at_200 | de-overlap k=200 | de
overlap_at_500 | de-overlap k=500 | de
precision_at_N | de-precision | minimal de
precision_at_50 | de-precision k=50 | de
precision_at_100 | de-precision k=100 | de
precision_at_200 | de-precision k=200 | de
precision_at_500 | de-precision k=500 | de
de_spearman_sig | de-spearman-sig | de
de_direction_match | de-direction | de
de_spearman_lfc_sig | de-spearman-lfc | de
de_sig_genes_recall | de-recall | de
de_nsig_counts_real | de-nsig | minimal de
de_nsig_counts_pred | de-nsig side=predicted | minimal de
pr_auc | de-pr-auc | de
roc_auc | de-roc-auc | de
pearson_delta | bulk-delta-pearson | minimal anndata
mse | bulk-mse | minimal anndata
mae | bulk-mae | minimal vcc anndata
mse_delta | bulk-delta-mse | anndata
mae_delta | bulk-delta-mae | anndata
discrimination_score_l1 | bulk-discrimination | minimal vcc anndata pds
discrimination_score_l2 | bulk-discrimination distance=l2 | anndata
discrimination_score_cosine | bulk-discrimination distance=cosine | anndata
pearson_edistance | pearson-edistance | anndata)";

constexpr std::string_view columns_of_cell_eval2 = R"(
expr_mae | bulk-mae | minimal vcc anndata
pds_l1 | bulk-discrimination | minimal vcc anndata pds
pds_l2 | bulk-discrimination distance=l2 | anndata
pds_cosine | bulk-discrimination distance=cosine | anndata vcc2026
delta_pearson | bulk-delta-pearson | minimal anndata
expr_mse | bulk-mse | minimal anndata
expr_mse_unbiased | bulk-mse-unbiased | anndata vcc2026
expr_mse_unbiased_capped | bulk-mse-capped | anndata vcc2026
expr_distance_unbiased | bulk-distance-unbiased | anndata vcc2026
expr_real_mass_ratio | bulk-mass-ratio | anndata vcc2026
expr_mse_unbiased_capped_norm | bulk-mse-capped-norm | anndata vcc2026
delta_mse | bulk-delta-mse | anndata
delta_mae | bulk-delta-mae | anndata
de_wilcoxon_overlap | de-overlap | minimal de vcc
de_wilcoxon_overlap_top50 | de-overlap k=50 | de
de_wilcoxon_overlap_top100 | de-overlap k=100 | de
de_wilcoxon_overlap_top200 | de-overlap k=200 | de
de_wilcoxon_overlap_top500 | de-overlap k=500 | de
de_wilcoxon_precision | de-precision | minimal de
de_wilcoxon_precision_top50 | de-precision k=50 | de
de_wilcoxon_precision_top100 | de-precision k=100 | de
de_wilcoxon_precision_top200 | de-precision k=200 | de
de_wilcoxon_precision_top500 | de-precision k=500 | de
de_wilcoxon_nsig_counts_real | de-nsig | minimal de
de_wilcoxon_nsig_counts_pred | de-nsig side=predicted | minimal de
de_wilcoxon_nsig_spearman | de-spearman-sig | de
de_wilcoxon_sig_recall | de-recall | de
de_wilcoxon_direction_match | de-direction | de
de_wilcoxon_model_direction_match | de-direction of=predicted | de
de_wilcoxon_lfc_spearman | de-spearman-lfc | de
de_wilcoxon_lfc_spearman_pos | de-spearman-lfc sign=up | de
de_wilcoxon_lfc_spearman_neg | de-spearman-lfc sign=down | de
de_wilcoxon_lfc_nmae | de-lfc-nmae | de vcc2026
de_wilcoxon_pr_auc | de-pr-auc | de
de_wilcoxon_roc_auc | de-roc-auc | de
de_wilcoxon_overlap_adjusted | de-overlap-adjusted | de
de_wilcoxon_precision_adjusted | de-markedness | de
de_wilcoxon_sig_recall_adjusted | de-informedness | de
de_wilcoxon_sig_mcc | de-mcc | de
de_wilcoxon_direction_precision | de-direction-precision | de
de_wilcoxon_direction_sensitivity | de-direction-sensitivity | de
de_wilcoxon_direction_sensitivity_universe | de-direction-sensitivity universe=all | de
de_wilcoxon_direction_fidelity | de-direction-fidelity | de
de_wilcoxon_direction_fidelity_raw | de-direction-fidelity form=raw | de
de_wilcoxon_direction_coverage | de-direction-coverage | de
de_wilcoxon_direction_yield | de-direction-yield | de
de_wilcoxon_direction_yield_raw | de-direction-yield form=raw | de
de_wilcoxon_direction_fidelity_yield | de-direction-fidelity-yield | de
de_wilcoxon_direction_fidelity_yield_raw | de-direction-fidelity-yield form=raw | de vcc2026
de_wilcoxon_direction_reach | de-direction-reach | de
de_wilcoxon_direction_reach_raw | de-direction-reach form=raw | de vcc2026
de_wilcoxon_direction_reach_unbounded | de-direction-reach universe=all | de
de_wilcoxon_direction_reach_unbounded_raw | de-direction-reach form=raw universe=all | de
de_wilcoxon_sig_jaccard | de-jaccard | de vcc2026)";

void add_rows(CellEval program, std::string_view table, std::vector<CellEvalColumn>& out) {
  std::string const compat =
      program == CellEval::v1 ? " compat=cell-eval-0.8.2" : " compat=cell-eval2-0.20.0";
  for (auto const& line : split(table, '\n')) {
    auto const cells = split(line, '|');
    if (cells.size() != 3) continue;
    std::string metric(trim(cells[1]));
    if (metric != "pearson-edistance") metric += compat;
    out.push_back(
        {program, std::string(trim(cells[0])), std::move(metric), std::string(trim(cells[2]))});
  }
}

/// A label without what makes variants of one column.
std::string plain_label(std::string_view label) {
  std::string out;
  for (auto const& piece : split(label, ',')) {
    if (piece == "continuity=yes" || piece == "values=lognormalised" || piece == "space=means")
      continue;
    if (!out.empty()) out += ',';
    out += piece;
  }
  return out;
}

}  // namespace

std::vector<CellEvalColumn> const& cell_eval_columns() {
  static auto const columns = [] {
    std::vector<CellEvalColumn> out;
    add_rows(CellEval::v1, columns_of_cell_eval, out);
    add_rows(CellEval::v2, columns_of_cell_eval2, out);
    return out;
  }();
  return columns;
}

std::string label_of_text(std::string_view metric) {
  std::string out(metric);
  char mark = '@';
  for (auto& letter : out)
    if (letter == ' ') {
      letter = mark;
      mark = ',';
    }
  return out;
}

std::string cell_eval_column(std::string_view our_label) {
  std::string const plain = plain_label(our_label);
  for (auto const& column : cell_eval_columns())
    if (label_of_text(column.metric) == plain) return column.column;
  return {};
}

std::string_view cell_eval_missing(std::string_view column, Status const& status) {
  bool const left_out = column == "de_direction_match" || column == "de_spearman_lfc_sig" ||
                        column == "de_sig_genes_recall";
  return left_out && status.word() == "no_significant" ? "" : "NaN";
}

}  // namespace pertscale
