#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// How well tests of predicted cells agree with tests of measured cells, of one perturbation.
/// Nothing here knows where the tables come from. `nullopt`: the value is not defined.
namespace pertscale {

/// Tests of every gene on one side. A gene without a test has NaN in `padj`.
struct TestTable {
  std::vector<double> log2fc, pvalue, padj, score;
};

struct TestPair {
  TestTable measured, predicted;
  double alpha = 0.05;  ///< a gene is called significant where padj < alpha

  std::size_t genes() const { return measured.padj.size(); }
  bool called(TestTable const& side, std::size_t gene) const { return side.padj[gene] < alpha; }
  /// Takes a gene out of both sides, as if nobody had tested it.
  void leave_out(std::size_t gene);
};

/// Sizes of the sets of significant genes.
struct SetCounts {
  std::int64_t both = 0, measured = 0, predicted = 0;
  std::int64_t universe = 0;  ///< genes tested on at least one side
};
SetCounts set_counts(TestPair const& pair);

/// |S and S^| / |S|; undefined without a measured gene.
std::optional<double> recall(SetCounts const& counts);
/// |S and S^| / |S or S^|; 1 where both are empty.
double jaccard(SetCounts const& counts);
/// TPR + TNR - 1 (Youden's J), undefined where every gene or none is significant in the measured
/// cells.
std::optional<double> informedness(SetCounts const& counts);
/// PPV + NPV - 1, undefined where every gene or none is significant in the prediction.
std::optional<double> markedness(SetCounts const& counts);
/// Matthews' correlation of both memberships; undefined where one of them is constant.
std::optional<double> matthews(SetCounts const& counts);
/// The same from counts that ties have made fractions.
std::optional<double> matthews(double both, double measured, double predicted, double universe);

enum class TopRank { fold_change, adjusted_p };  ///< falling |log2fc|, or rising padj
enum class TopTies {
  expected,  ///< genes tied across the cut are in with the same chance, independently on each side
  order      ///< the genes' order decides; a peer's order among equals
};

/// Which top genes are compared.
struct TopRule {
  std::size_t k = 0;       ///< 0: as many as the counting side has
  bool precision = false;  ///< the prediction's number of calls bounds k, not the measured one
  TopRank rank = TopRank::fold_change;
  TopTies ties = TopTies::expected;
  bool whole_k =
      false;            ///< k is never cut down to the number of calls (save by `few`), and divides
  std::size_t few = 0;  ///< with fewer measured calls than this, k is their number
};

/// |top k of S and top k of S^| / k over genes that are called significant (cell-eval's overlap and
/// precision; PerturbArena: rank by padj, whole_k, few = 10). Undefined where k is 0.
std::optional<double> top_overlap(TestPair const& pair, TopRule const& rule);

/// Matthews' correlation of the measured set with the prediction's top |S| calls (cell-eval2's
/// overlap_adjusted).
std::optional<double> top_matthews(TestPair const& pair, TopRank rank, TopTies ties);

/// Share of the genes called on one side, and tested on the other, whose fold changes have one
/// sign (no change is a sign of its own). Undefined without such a gene.
std::optional<double> sign_agreement(TestPair const& pair, bool called_by_prediction);

enum class ChangeSign { both, up, down };
/// Fold changes of the genes called in the measured cells: measured and predicted, 0 where the
/// prediction has no test.
struct FoldChangePairs {
  std::vector<double> measured, predicted;
};
FoldChangePairs significant_fold_changes(TestPair const& pair, ChangeSign sign = ChangeSign::both);

/// sum |l^ - l| / sum |l| over the measured calls with a finite change; a predicted change that is
/// missing or not finite counts as none. Undefined below `least` genes or where the sum is 0
/// (cell-eval2's lfc_nmae, least = 10).
std::optional<double> fold_change_error(TestPair const& pair, std::size_t least);

}  // namespace pertscale
