#pragma once
#include <span>
#include <vector>

/// Adjusted p-values. A NaN stays NaN and does not count as a test. Ties get one value.
namespace pertscale {

/// False discovery rate of Benjamini and Hochberg (1995): min over j >= i of p_(j) n / j, at most
/// 1; as statsmodels' `fdr_bh`, scanpy and pdex.
std::vector<double> benjamini_hochberg(std::span<double const> p);
/// Family-wise error of Holm (1979): max over j <= i of (n - j + 1) p_(j), at most 1.
std::vector<double> holm(std::span<double const> p);
/// Holm's steps with Sidak's bound: max over j <= i of 1 - (1 - p_(j))^(n - j + 1).
std::vector<double> holm_sidak(std::span<double const> p);

/// The same adjustment where all p-values are sorted already: `sorted` ascending, without NaN;
/// `adjusted` may be the same memory.
void benjamini_hochberg_sorted(std::span<double const> sorted, std::span<double> adjusted);

}  // namespace pertscale
