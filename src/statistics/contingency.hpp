#pragma once
#include <span>
#include <vector>

namespace pertscale {

/// Pearson's chi-square test of independence of a table of counts, row by row; every row and column
/// holds a count. Yates' correction where there is one degree of freedom (at most the difference
/// itself), as scipy.stats.chi2_contingency. A table of one row or column: p 1.
double chi_square_pvalue(std::vector<std::vector<double>> const& table);

/// One-way analysis of variance, as scipy.stats.f_oneway: P(F >= between / within). NaN with fewer
/// than two groups, without degrees of freedom within, or where all values are equal; groups that
/// differ without spread inside give 0.
double anova_pvalue(std::span<std::vector<double> const> groups);

}  // namespace pertscale
