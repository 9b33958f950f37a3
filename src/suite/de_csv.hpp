#pragma once
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

namespace pertscale {

/// A long table under scanpy's column names (rank_genes_groups_df), and the context first. Until
/// finish() it stands under another name; a table that goes out of scope before leaves nothing.
class DeCsv {
 public:
  /// `pooled`: a last column pvals_adj_all.
  DeCsv(std::filesystem::path path, bool pooled);
  ~DeCsv();
  DeCsv(DeCsv const&) = delete;
  DeCsv& operator=(DeCsv const&) = delete;

  /// One perturbation; everything over genes.
  struct Row {
    std::string const& context;
    std::string const& group;
    std::vector<std::string> const& genes;
    std::span<double const> score, log2fc, pvalue, adjusted, pooled;
  };
  /// A line a gene, by falling score, equal scores in the order of the genes, NaN last.
  void write(Row const& row);
  void finish();

 private:
  [[noreturn]] void fail() const;

  std::filesystem::path path_, temporary_;
  std::ofstream file_;
};

}  // namespace pertscale
