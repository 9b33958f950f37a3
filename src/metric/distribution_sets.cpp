#include "metric/metric_sets.hpp"

#include <fmt/format.h>

namespace pertscale {
namespace {

/// Metrics of scPerturBench (bm2-lab) on one choice of genes.
std::vector<std::string> scperturbench() {
  std::vector<std::string> out;
  for (std::string const genes : {"top-de:20", "top-de:50", "top-de:100", "all"}) {
    out.push_back("mse genes=" + genes);
    out.push_back("pearson-delta genes=" + genes);
    out.push_back("pertpy-distance metric=edistance most=2000 genes=" + genes);
    out.push_back("sym-kldiv most=2000 genes=" + genes);
  }
  out.push_back("wasserstein form=pertpy most=2000 genes=top-de:100");
  return out;
}

std::vector<std::string> pertpy() {
  std::vector<std::string> out;
  for (std::string const name : {"edistance",
                                 "euclidean",
                                 "root_mean_squared_error",
                                 "mse",
                                 "mean_absolute_error",
                                 "pearson_distance",
                                 "spearman_distance",
                                 "kendalltau_distance",
                                 "cosine_distance",
                                 "r2_distance",
                                 "mean_pairwise",
                                 "mmd",
                                 "sym_kldiv",
                                 "t_test",
                                 "ks_test",
                                 "mahalanobis",
                                 "mean_var_distribution",
                                 "wasserstein",
                                 "nb_ll",
                                 "classifier_proba"})
    out.push_back("pertpy-distance metric=" + name);
  return out;
}

/// PerturbArena's 24: of means and of cells on all genes and on the 20 with the largest |t|, and of
/// its tests.
std::vector<std::string> perturbarena() {
  std::vector<std::string> out;
  for (std::string const genes : {"all", "top-de:20"}) {
    for (std::string const name :
         {"mse", "rmse", "l2", "mae", "pearson", "pearson-delta", "delta-agreement"})
      out.push_back(fmt::format("{} genes={}", name, genes));
    out.push_back("pertpy-distance metric=cosine_distance most=500 genes=" + genes);
    out.push_back("pertpy-distance metric=r2_distance most=500 genes=" + genes);
    out.push_back("mmd kernel=genes-rbf most=500 genes=" + genes);
    out.push_back("wasserstein form=genes most=500 genes=" + genes);
  }
  out.push_back("de-overlap k=50 rank=padj divide=k few=10");
  out.push_back("de-spearman-sig zeros=drop least=5");
  return out;
}

RegisteredMetricSet const of_scperturbench{
    {"scperturbench", "scPerturBench's metrics of means and cells, top 20, 50, 100 and all genes",
     "scPerturBench (bm2-lab), section 3.7 of its metrics; Common-DEGs is de-overlap's",
     scperturbench()}};
RegisteredMetricSet const of_pertpy{
    {"pertpy", "every distance of pertpy between two groups of cells", "pertpy 1.0.3", pertpy()}};
RegisteredMetricSet const of_perturbarena{
    {"perturbarena", "its 24 metrics: of means, of distributions of cells and of tests",
     "PerturbArena (scPerturbBench of TianGzlab); cosine and R2 as 1 - value", perturbarena()}};

}  // namespace
}  // namespace pertscale
